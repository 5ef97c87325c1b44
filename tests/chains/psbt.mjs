// Partially signed transactions, for the chains that bitcoinjs-lib reads when it is told their version bytes.

import * as ecc from '@bitcoinerlab/secp256k1'
import * as bitcoin from 'bitcoinjs-lib'
import { assert, digest, generateSignature, toHex } from './support.mjs'

bitcoin.initEccLib(ecc)

const isSegwit = (script) => script[0] === 0x00 || script[0] === 0x51

// A transaction that spends 100000 of each of the scripts, and pays 90000 for each to the addresses in turn.
export const spending = (network, scripts, addresses, changed = {}) => {
  const before = new bitcoin.Transaction()
  before.addInput(digest, 0)
  for (const script of scripts) before.addOutput(script, 100000n)
  const psbt = new bitcoin.Psbt({ network })
  scripts.forEach((script, index) => {
    const how = isSegwit(script) ? { witnessUtxo: { script, value: 100000n } } : { nonWitnessUtxo: before.toBuffer() }
    psbt.addInput({ hash: before.getHash(), index, sequence: 0xfffffffd, ...how, ...changed })
    psbt.addOutput({ address: addresses[index % addresses.length], value: 90000n })
  })
  return psbt
}

export const verifyEcdsa = (publicKey, hash, signature) => ecc.verify(hash, publicKey, signature, true)
export const verifySchnorr = (publicKey, hash, signature) => ecc.verifySchnorr(hash, publicKey, signature)

const inputsAndOutputs = ({ version, ins, outs, locktime }) => ({
  version,
  ins: ins.map(({ hash, index, sequence }) => [toHex(hash), index, sequence]),
  outs: outs.map(({ script, value }) => [toHex(script), value]),
  locktime,
})

// Has a wallet sign all inputs, and lets the library check, finalise and read what came of it.
export const signPsbt = async (network, wallet, unsigned, verify) => {
  const made = await generateSignature(wallet, { kind: 'Psbt', psbt: unsigned.toHex() })
  assert.equal(made.signatures.length, unsigned.inputCount)
  const signed = bitcoin.Psbt.fromHex(made.signedData.slice(2), { network })
  assert.ok(signed.validateSignaturesOfAllInputs(verify), 'the signatures')
  const final = signed.finalizeAllInputs().extractTransaction()
  const before = bitcoin.Transaction.fromBuffer(unsigned.data.globalMap.unsignedTx.toBuffer())
  assert.deepEqual(inputsAndOutputs(final), inputsAndOutputs(before), 'what was signed')
}

// The 64 bytes of a signature in DER, which has to be the only way to write it.
export const derHalves = (encoded) => {
  const { signature } = bitcoin.script.signature.decode(Buffer.concat([encoded, Buffer.from([1])]))
  return toHex(signature)
}

export { bitcoin, ecc }
