// Transfers of every kind on every family of networks: what the wallet's history and the transfer say of them has the form
// that the chain's explorers have.

import bs58 from 'bs58'
import { activate, assert, createWallet, digest, fund, history, post, transfer } from '../support.mjs'

const hexadecimal = /^[0-9a-f]{64}$/
const capitals = /^[0-9A-F]{64}$/
const prefixed = /^0x[0-9a-f]{64}$/
const base58 = (length) => ({ test: (text) => bs58.decode(text).length === length, toString: () => `${length} bytes in base 58` })

const hex = Buffer.from(digest).toString('hex')
const tokens = {
  AlgorandTestnet: [/^[A-Z2-7]{52}$/, { kind: 'Asa', assetId: '31566704' }],
  AptosTestnet: [prefixed, { kind: 'Aip21', metadata: `0x${hex}` }],
  BitcoinCash: [hexadecimal],
  BitcoinSignet: [hexadecimal],
  Canton: [/^1220[0-9a-f]{64}$/, { kind: 'Cip56', instrumentId: 'USD', instrumentAdmin: `issuer::1220${hex}` }],
  CardanoPreprod: [hexadecimal, { kind: 'Asset', assetId: `${hex.slice(8)}544b4e` }],
  ConcordiumTestnet: [hexadecimal, { kind: 'Cis2', tokenAddress: '5Pxr5EUtU' }, { kind: 'Cis7', tokenId: 'TKN' }],
  CosmosIcsTestnet: [capitals],
  DogecoinTestnet: [hexadecimal],
  EthereumSepolia: [
    prefixed,
    { kind: 'Erc20', contract: `0x${hex.slice(24)}` },
    { kind: 'Erc721', contract: `0x${hex.slice(24)}`, tokenId: '7' },
    { kind: 'Erc7984', contract: `0x${hex.slice(24)}` },
  ],
  HederaTestnet: [
    /^0x[0-9a-f]{96}$/,
    { kind: 'Hts', tokenId: '0.0.1234' },
    { kind: 'Hip17', tokenId: '0.0.1235', serialNumber: '7' },
  ],
  InternetComputer: [hexadecimal],
  IotaTestnet: [base58(32), { kind: 'Coin', coin: `0x${hex}::tkn::TKN` }],
  KusamaAssetHub: [prefixed],
  LitecoinTestnet: [hexadecimal],
  NearTestnet: [base58(32)],
  Paseo: [prefixed],
  PolymeshTestnet: [prefixed],
  StarknetSepolia: [prefixed, { kind: 'Snip2', contract: 'receiver' }, { kind: 'Snip3', contract: 'receiver', tokenId: '7' }],
  SolanaDevnet: [base58(64), { kind: 'Spl', mint: bs58.encode(digest) }, { kind: 'Spl2022', mint: bs58.encode(digest) }],
  StellarTestnet: [hexadecimal, { kind: 'Sep41', assetCode: 'TKN', issuer: 'receiver' }],
  SuiTestnet: [base58(32), { kind: 'Coin', coin: `0x${hex}::tkn::TKN` }],
  TezosShadownet: [/^o[1-9A-HJ-NP-Za-km-z]{50}$/],
  TonTestnet: [hexadecimal, { kind: 'Tep74', master: `0:${hex}` }],
  TronNile: [
    hexadecimal,
    { kind: 'Trc10', tokenId: '1000001' },
    { kind: 'Trc20', contract: 'receiver' },
    { kind: 'Trc721', contract: 'receiver', tokenId: '7' },
  ],
  WestendAssetHub: [prefixed],
  XrpLedgerTestnet: [
    capitals,
    { kind: 'Iou', currency: 'USD', issuer: 'receiver' },
    { kind: 'Xls33', issuanceId: `00000007${hex.slice(24)}` },
  ],
}

const existsOnce = ['Erc721', 'Hip17', 'Snip3', 'Trc721']

// What some networks want to know of an account before it can be used.
const activations = {
  Canton: async () => ({ validatorId: (await post('/networks/canton/validators', { kind: 'Shared' })).id }),
  ConcordiumTestnet: () => ({ expiry: 4102444800, unsignedCdiStr: '{"credId":"a1"}' }),
  StarknetSepolia: () => ({}),
}

// A wallet with enough for fees, and for what some networks want an account to keep.
const createFunded = async (network) => {
  const amount = '1000000000000000000000000'
  let wallet = await createWallet(network)
  if (network === 'StarknetSepolia') await fund(wallet, amount)
  if (activations[network]) wallet = await activate(wallet, await activations[network]())
  if (network !== 'StarknetSepolia') await fund(wallet, amount)
  return wallet
}

const transfersOn = async (network, [form, ...kinds]) => {
  const [from, to] = [await createFunded(network), await createFunded(network)]
  for (const named of [{ kind: 'Native' }, ...kinds]) {
    // Where only an address will do, that of the receiver is one.
    const token = Object.fromEntries(Object.entries(named).map(([name, text]) => [name, text === 'receiver' ? to.address : text]))
    const amount = existsOnce.includes(token.kind) ? {} : { amount: token.kind === 'Native' ? '100000000' : '10' }
    if (token.kind !== 'Native')
      await fund(from, existsOnce.includes(token.kind) ? '1' : '1000', {
        ...token,
        ...(amount.amount && { symbol: 'TKN', decimals: 6 }),
      })
    const sent = await transfer(from, { ...token, ...amount, to: to.address })
    assert.equal(sent.status, 'Confirmed', `${token.kind}: ${sent.reason}`)
    assert.ok(form.test(sent.txHash), `${token.kind}: ${sent.txHash} is not ${form}`)
    for (const [wallet, direction] of [
      [from, 'Out'],
      [to, 'In'],
    ]) {
      const [newest] = await history(wallet)
      assert.deepEqual([newest.direction, newest.txHash, newest.network], [direction, sent.txHash, network])
      // Some networks have several senders and receivers in one transaction.
      assert.deepEqual([newest.froms ?? [newest.from], newest.tos ?? [newest.to]], [[from.address], [to.address]])
    }
  }
}

export const checks = Object.fromEntries(
  Object.entries(tokens).map(([network, rules]) => [network, () => transfersOn(network, rules)]),
)
