// Dogecoin, by bitcoinjs-lib.

import { bitcoin, derHalves, signPsbt, spending, verifyEcdsa } from '../psbt.mjs'
import { assert, createWallet, digest, fromHex, generateSignature, halves, publicKey, toHex } from '../support.mjs'

const bip32 = { public: 0x02facafd, private: 0x02fac398 }
const network = { messagePrefix: '', bech32: '', bip32, pubKeyHash: 0x1e, scriptHash: 0x16, wif: 0x9e }
const test = { ...network, pubKeyHash: 0x71, scriptHash: 0xc4 }
const wallet = await createWallet('Dogecoin')

export const checks = {
  async address() {
    assert.equal(wallet.address, bitcoin.payments.p2pkh({ pubkey: publicKey(wallet), network }).address)
    const other = await createWallet('DogecoinTestnet')
    assert.equal(other.address, bitcoin.payments.p2pkh({ pubkey: publicKey(other), network: test }).address)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(derHalves(fromHex(signature.encoded)), toHex(halves({ signature })))
    assert.ok(verifyEcdsa(publicKey(wallet), digest, halves({ signature })))
  },

  async psbt() {
    const { output } = bitcoin.payments.p2pkh({ address: wallet.address, network })
    await signPsbt(network, wallet, spending(network, [output, output], [wallet.address]), verifyEcdsa)
  },
}
