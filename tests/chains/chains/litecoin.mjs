// Litecoin, by bitcoinjs-lib.

import { bitcoin, derHalves, signPsbt, spending, verifyEcdsa, verifySchnorr } from '../psbt.mjs'
import {
  assert,
  createKey,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  halves,
  history,
  pay,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const bip32 = { public: 0x019da462, private: 0x019d9cfe }
const network = { messagePrefix: '', bech32: 'ltc', bip32, pubKeyHash: 0x30, scriptHash: 0x32, wif: 0xb0 }
const test = { ...network, bech32: 'tltc', pubKeyHash: 0x6f, scriptHash: 0x3a }
const wallet = await createWallet('Litecoin')
const taproot = await createWallet('Litecoin', { signingKey: { id: (await createKey('Schnorr', 'secp256k1')).id } })
const internalPubkey = publicKey(taproot).slice(-32)
const scriptOf = ({ address }) => bitcoin.address.toOutputScript(address, network)

export const checks = {
  async address() {
    assert.equal(wallet.address, bitcoin.payments.p2wpkh({ pubkey: publicKey(wallet), network }).address)
    assert.equal(taproot.address, bitcoin.payments.p2tr({ internalPubkey, network }).address)
    const other = await createWallet('LitecoinTestnet')
    assert.equal(other.address, bitcoin.payments.p2wpkh({ pubkey: publicKey(other), network: test }).address)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(derHalves(fromHex(signature.encoded)), toHex(halves({ signature })))
    assert.ok(verifyEcdsa(publicKey(wallet), digest, halves({ signature })))
  },

  psbt: () => signPsbt(network, wallet, spending(network, [scriptOf(wallet), scriptOf(wallet)], [taproot.address]), verifyEcdsa),

  'psbt, taproot': () =>
    signPsbt(
      network,
      taproot,
      spending(network, [scriptOf(taproot)], [wallet.address], { tapInternalKey: internalPubkey }),
      verifySchnorr,
    ),

  async 'addresses to pay'() {
    const pubkey = publicKey(wallet)
    const redeem = { output: bitcoin.script.fromASM('OP_TRUE'), network }
    await fund(wallet, '100000')
    await pay(wallet, '600', {
      'of a key, before segwit': bitcoin.payments.p2pkh({ pubkey, network }).address,
      'of a script, before segwit': bitcoin.payments.p2sh({ redeem, network }).address,
      'of a key': wallet.address,
      'of taproot': taproot.address,
    })
    await refuseToPay(wallet, '600', {
      'of Bitcoin': bitcoin.payments.p2wpkh({ pubkey }).address,
      'of the test net': bitcoin.payments.p2wpkh({ pubkey, network: test }).address,
      'with a wrong character': damaged(wallet.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: taproot.address, amount: '600' })
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(taproot))[0].txHash, sent.txHash)
  },
}
