// Wallets of the emulator on a chain that is Hardhat's: what they send is looked for there, and not in what the emulator says.
// NODE is the URL of the chain, EMULATOR the ready line of an emulator that was started with it.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DfnsApiClient } from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'
import { ContractFactory, JsonRpcProvider, Transaction, parseEther } from 'ethers'

const solc = createRequire(import.meta.url)('solc')
const ready = JSON.parse(process.env.EMULATOR)
const network = 'EthereumSepolia'
const chain = new JsonRpcProvider(process.env.NODE, undefined, { cacheTimeout: -1, staticNetwork: true })
const bank = await chain.getSigner(0)
const dfns = new DfnsApiClient({
  baseUrl: ready.url,
  authToken: ready.authToken,
  signer: new AsymmetricKeySigner({ credId: ready.credentialId, privateKey: ready.privateKey }),
})

const compile = () => {
  const input = {
    language: 'Solidity',
    sources: { 'Token.sol': { content: readFileSync('Token.sol', 'utf8') } },
    settings: { outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input)))
  assert.ok(contracts, JSON.stringify(errors))
  const { abi, evm } = contracts['Token.sol'].Token
  return new ContractFactory(abi, evm.bytecode.object, bank)
}

const pause = () => new Promise((done) => setTimeout(done, 50))
const wallet = () => dfns.wallets.createWallet({ body: { network } })
const finalState = async (read) => {
  for (let turn = 0; turn < 200; turn += 1) {
    const seen = await read()
    if (['Confirmed', 'Failed', 'Rejected'].includes(seen.status)) return seen
    await pause()
  }
  throw new Error('it never came to an end')
}
const transfer = async (from, body) => {
  const made = await dfns.wallets.transferAsset({ walletId: from.id, body })
  return finalState(() => dfns.wallets.getTransfer({ walletId: from.id, transferId: made.id }))
}
const broadcast = async (from, body) => {
  const made = await dfns.wallets.broadcastTransaction({ walletId: from.id, body })
  return finalState(() => dfns.wallets.getTransaction({ walletId: from.id, transactionId: made.id }))
}
const assets = async (of) => (await dfns.wallets.getWalletAssets({ walletId: of.id })).assets
const post = async (path, body) => {
  const headers = { authorization: `Bearer ${ready.authToken}`, 'content-type': 'application/json' }
  const answer = await fetch(ready.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

const read = (data) => post('/networks/read-contract', { kind: 'Evm', network, contract, data })

const [one, two] = [await wallet(), await wallet()]
const token = await compile().deploy(1_000_000n)
await token.waitForDeployment()
const contract = (await token.getAddress()).toLowerCase()

const steps = {
  async native() {
    await (await bank.sendTransaction({ to: one.address, value: parseEther('2') })).wait()
    assert.equal((await assets(one))[0].balance, parseEther('2').toString())
    const paid = await transfer(one, { kind: 'Native', to: two.address, amount: parseEther('0.5').toString() })
    assert.equal(paid.status, 'Confirmed', paid.reason)
    assert.equal(await chain.getBalance(two.address), parseEther('0.5'))
    const receipt = await chain.getTransactionReceipt(paid.txHash)
    assert.equal(receipt.from.toLowerCase(), one.address)
    assert.equal(paid.fee, receipt.fee.toString())
    assert.equal(await chain.getBalance(one.address), parseEther('1.5') - receipt.fee)
    const [sent] = (await dfns.wallets.getWalletHistory({ walletId: one.id })).items
    assert.deepEqual([sent.direction, sent.txHash, sent.blockNumber], ['Out', paid.txHash, receipt.blockNumber])
    const [received] = (await dfns.wallets.getWalletHistory({ walletId: two.id })).items
    assert.deepEqual([received.direction, received.value], ['In', parseEther('0.5').toString()])
  },

  async tokens() {
    await (await token.transfer(one.address, 5000n)).wait()
    const held = (await assets(one)).find((asset) => asset.kind === 'Erc20')
    const { symbol, decimals, balance } = held
    assert.deepEqual({ contract: held.contract, symbol, decimals, balance }, { contract, symbol: 'TEST', decimals: 6, balance: '5000' })
    const paid = await transfer(one, { kind: 'Erc20', contract, to: two.address, amount: '1500' })
    assert.equal(paid.status, 'Confirmed', paid.reason)
    assert.equal(paid.metadata.asset.symbol, 'TEST')
    assert.equal(await token.balanceOf(two.address), 1500n)
    assert.equal(await token.balanceOf(one.address), 3500n)
  },

  async reads() {
    const data = token.interface.encodeFunctionData('balanceOf', [two.address])
    assert.equal(BigInt((await read(data)).body.data), 1500n)
    const call = (name, calldata) => {
      const abi = JSON.parse(token.interface.getFunction(name).format('json'))
      return dfns.networks.callFunction({ network, body: { contract, abi, calldata } })
    }
    const facts = await call('facts', { holder: two.address })
    assert.deepEqual(facts, { title: 'Test Token', held: '1500', isRich: true })
    assert.equal(await call('totalSupply', {}), '1000000')
    const fees = await dfns.networks.getFees({ query: { network } })
    const { baseFeePerGas } = await chain.getBlock('latest')
    assert.ok(BigInt(fees.fast.maxFeePerGas) >= baseFeePerGas, JSON.stringify(fees))
    assert.equal(fees.blockNumber, await chain.getBlockNumber())
  },

  async transactions() {
    const data = token.interface.encodeFunctionData('transfer', [two.address, 100n])
    const described = await broadcast(one, { kind: 'Evm', to: contract, data })
    assert.equal(described.status, 'Confirmed', described.reason)
    assert.equal(await token.balanceOf(two.address), 1600n)
    const nonce = await chain.getTransactionCount(one.address)
    const finished = Transaction.from({
      type: 2, chainId: 31337, nonce, to: two.address, value: 9n, gasLimit: 21000n,
      maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n,
    })
    const before = await chain.getBalance(two.address)
    const sent = await broadcast(one, { kind: 'Transaction', transaction: finished.unsignedSerialized })
    assert.equal(sent.status, 'Confirmed', sent.reason)
    assert.equal(await chain.getBalance(two.address), before + 9n)
    assert.equal((await chain.getTransaction(sent.txHash)).nonce, nonce)
  },

  async failures() {
    // Found out before it is sent.
    const tooMuch = await transfer(one, { kind: 'Erc20', contract, to: two.address, amount: '999999' })
    assert.equal(tooMuch.status, 'Failed')
    assert.match(tooMuch.reason, /not enough tokens/)
    assert.equal(tooMuch.txHash, undefined)
    // Found out in its block: with a limit of its own nobody asks before.
    const data = token.interface.encodeFunctionData('transfer', [two.address, 999999n])
    const reverted = await broadcast(one, { kind: 'Evm', to: contract, data, gasLimit: '100000' })
    assert.equal(reverted.status, 'Failed')
    assert.match(reverted.reason, /not enough tokens/)
    const receipt = await chain.getTransactionReceipt(reverted.txHash)
    assert.equal(receipt.status, 0)
    assert.equal(reverted.fee, receipt.fee.toString())
    const poor = await transfer(await wallet(), { kind: 'Native', to: two.address, amount: '1' })
    assert.equal(poor.status, 'Failed')
    assert.match(poor.reason, /funds/)
    const refused = await read(data)
    assert.equal(refused.status, 400)
    assert.match(refused.body.error.message, /not enough tokens/)
    assert.equal(await token.balanceOf(two.address), 1600n)
  },

  async replacement() {
    await chain.send('evm_setAutomine', [false])
    const made = await dfns.wallets.transferAsset({ walletId: one.id, body: { kind: 'Native', to: two.address, amount: '5' } })
    const readOriginal = () => dfns.wallets.getTransfer({ walletId: one.id, transferId: made.id })
    while ((await readOriginal()).status !== 'Broadcasted') await pause()
    const before = await chain.getBalance(two.address)
    const replacement = await dfns.wallets.cancelTransfer({ walletId: one.id, transferId: made.id })
    const readReplacement = () => dfns.wallets.getTransaction({ walletId: one.id, transactionId: replacement.id })
    while ((await readReplacement()).status !== 'Broadcasted') await pause()
    await chain.send('evm_setAutomine', [true])
    await chain.send('evm_mine', [])
    assert.equal((await finalState(readReplacement)).status, 'Confirmed')
    assert.equal((await readOriginal()).status, 'Failed')
    assert.equal(await chain.getBalance(two.address), before)
  },

  async faucet() {
    const body = JSON.stringify({ walletId: two.id, amount: '7' })
    const before = await chain.getBalance(two.address)
    const answer = await fetch(`${ready.admin}/faucet`, { method: 'POST', body })
    assert.equal(answer.status, 200)
    assert.equal(await chain.getBalance(two.address), before + 7n)
  },
}

for (const [name, step] of Object.entries(steps)) {
  await step()
  console.log(`rpc: ${name}`)
}
chain.destroy()
