// Bitcoin, segwit and taproot, by bitcoinjs-lib and, for signed messages, bip322-js.

import { BIP322, Verifier } from 'bip322-js'
import { bitcoin, derHalves, ecc, signPsbt, spending, verifyEcdsa, verifySchnorr } from '../psbt.mjs'
import {
  assert,
  chance,
  createDerivedWallet,
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
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const network = bitcoin.networks.testnet
const witness = await createWallet('BitcoinTestnet4')
const key = await createKey('Schnorr', 'secp256k1')
const taproot = await createWallet('BitcoinTestnet4', { signingKey: { id: key.id } })
const internalKey = publicKey(taproot).slice(-32)
await fund(witness, '100000')

const scriptOf = ({ address }) => bitcoin.address.toOutputScript(address, network)
const legacyScript = bitcoin.payments.p2pkh({ pubkey: publicKey(witness), network }).output

const spend = (scripts, changed) => spending(network, scripts, [witness.address, taproot.address], changed)
const signedBy = (wallet, unsigned) => signPsbt(network, wallet, unsigned, wallet === taproot ? verifySchnorr : verifyEcdsa)

const message = 'Ich bin es – 我'
const text = toHex(Buffer.from(message))

const signMessage = async (wallet) => {
  const made = await generateSignature(wallet, { kind: 'Bip322', message: text })
  assert.ok(Verifier.verifySignature(wallet.address, message, made.signedData))
  assert.ok(!Verifier.verifySignature(wallet.address, `${message}.`, made.signedData))
  const full = await generateSignature(wallet, { kind: 'Bip322', message: text, format: 'Full' })
  const virtual = bitcoin.Transaction.fromBuffer(Buffer.from(full.signedData, 'base64'))
  const spent = BIP322.buildToSpendTx(message, Buffer.from(scriptOf(wallet)))
  assert.equal(toHex(virtual.ins[0].hash), toHex(spent.getHash()), 'what the full form spends')
  assert.deepEqual(
    virtual.outs.map(({ script, value }) => [toHex(script), value]),
    [['0x6a', 0n]],
  )
  const simple = BIP322.encodeWitness({ data: { inputs: [{ finalScriptWitness: serialized(virtual.ins[0].witness) }] } })
  assert.ok(Verifier.verifySignature(wallet.address, message, simple))
}
const serialized = (items) =>
  Buffer.concat([Buffer.from([items.length]), ...items.flatMap((item) => [Buffer.from([item.length]), item])])

export const checks = {
  'address of an ECDSA key'() {
    assert.equal(witness.address, bitcoin.payments.p2wpkh({ pubkey: publicKey(witness), network }).address)
  },

  'address of a Schnorr key'() {
    assert.equal(taproot.address, bitcoin.payments.p2tr({ internalPubkey: internalKey, network }).address)
  },

  async 'addresses of the main net'() {
    const wallet = await createWallet('Bitcoin')
    assert.equal(wallet.address, bitcoin.payments.p2wpkh({ pubkey: publicKey(wallet) }).address)
  },

  async 'hash, ECDSA'() {
    const { signature } = await generateSignature(witness, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(derHalves(fromHex(signature.encoded)), toHex(halves({ signature })))
    assert.ok(ecc.verify(digest, publicKey(witness), halves({ signature }), true), 'with a low s')
  },

  async 'hash, Schnorr, without scripts'() {
    const { signature } = await generateSignature(taproot, { kind: 'Hash', hash: toHex(digest), taprootMerkleRoot: '' })
    const outputKey = scriptOf(taproot).slice(2)
    assert.ok(ecc.verifySchnorr(digest, outputKey, fromHex(signature.encoded)))
  },

  async 'hash, Schnorr, with scripts'() {
    const scripts = { output: bitcoin.script.fromASM('OP_TRUE') }
    const { hash, pubkey } = bitcoin.payments.p2tr({ internalPubkey: internalKey, scriptTree: scripts, network })
    const { signature } = await generateSignature(taproot, { kind: 'Hash', hash: toHex(digest), taprootMerkleRoot: toHex(hash) })
    assert.ok(ecc.verifySchnorr(digest, pubkey, fromHex(signature.encoded)))
  },

  'psbt, segwit': () => signedBy(witness, spend([scriptOf(witness), scriptOf(witness)])),
  'psbt, before segwit': () => signedBy(witness, spend([legacyScript, scriptOf(witness)])),
  'psbt, segwit, with its hash type': () => signedBy(witness, spend([scriptOf(witness)], { sighashType: 1 })),
  'psbt, taproot': () => signedBy(taproot, spend([scriptOf(taproot), scriptOf(taproot)], { tapInternalKey: internalKey })),
  'psbt, taproot, with its hash type': () =>
    signedBy(taproot, spend([scriptOf(taproot)], { tapInternalKey: internalKey, sighashType: 1 })),

  async 'psbt, taproot, with scripts'() {
    const scriptTree = { output: bitcoin.script.fromASM('OP_TRUE') }
    const { hash, output } = bitcoin.payments.p2tr({ internalPubkey: internalKey, scriptTree, network })
    await signedBy(taproot, spend([output], { tapInternalKey: internalKey, tapMerkleRoot: hash }))
  },

  async 'psbt, segwit and taproot, of derived keys'() {
    for (const [scheme, verify] of [
      ['ECDSA', verifyEcdsa],
      ['Schnorr', verifySchnorr],
    ]) {
      const derived = await createDerivedWallet('BitcoinTestnet4', scheme, 'secp256k1')
      const changed = scheme === 'Schnorr' ? { tapInternalKey: publicKey(derived).slice(-32) } : {}
      await signPsbt(network, derived, spend([scriptOf(derived)], changed), verify)
    }
  },

  async 'psbt of two owners'() {
    const unsigned = spend([scriptOf(witness), scriptOf(taproot)]).updateInput(1, { tapInternalKey: internalKey })
    const made = await generateSignature(witness, { kind: 'Psbt', psbt: unsigned.toHex() })
    assert.equal(made.signatures.length, 1)
    const both = await generateSignature(taproot, { kind: 'Psbt', psbt: made.signedData })
    const signed = bitcoin.Psbt.fromHex(both.signedData.slice(2), { network })
    assert.ok(signed.validateSignaturesOfInput(0, verifyEcdsa) && signed.validateSignaturesOfInput(1, verifySchnorr))
    assert.ok(signed.finalizeAllInputs().extractTransaction().hasWitnesses())
  },

  async 'psbt by chance'() {
    const { below, one } = chance(174)
    const others = [
      bitcoin.payments.p2wpkh({ hash: digest.slice(12), network }).output,
      bitcoin.payments.p2pkh({ hash: digest.slice(12), network }).output,
    ]
    for (let round = 0; round < 30; round += 1) {
      const isTaproot = below(2) === 1
      const own = isTaproot ? [scriptOf(taproot)] : [scriptOf(witness), legacyScript]
      const scripts = Array.from({ length: 1 + below(5) }, () => one(below(3) ? own : others))
      const places = scripts.flatMap((script, place) => (own.includes(script) ? [place] : []))
      if (!places.length) continue
      const unsigned = spend(scripts)
        .setVersion(one([1, 2]))
        .setLocktime(below(500000))
      if (isTaproot) for (const place of places) unsigned.updateInput(place, { tapInternalKey: internalKey })
      const made = await generateSignature(isTaproot ? taproot : witness, { kind: 'Psbt', psbt: unsigned.toHex() })
      assert.equal(made.signatures.length, places.length)
      const signed = bitcoin.Psbt.fromHex(made.signedData.slice(2), { network })
      for (const place of places)
        assert.ok(signed.validateSignaturesOfInput(place, isTaproot ? verifySchnorr : verifyEcdsa), `input ${place}`)
    }
  },

  'bip322, segwit': () => signMessage(witness),
  'bip322, taproot': () => signMessage(taproot),

  async 'broadcast of a psbt'() {
    const [from, to] = [await createWallet('BitcoinTestnet4'), await createWallet('BitcoinTestnet4')]
    await fund(from, '100000')
    const unsigned = spending(network, [scriptOf(from)], [to.address])
    const made = await generateSignature(from, { kind: 'Psbt', psbt: unsigned.toHex() })
    const signed = bitcoin.Psbt.fromHex(made.signedData.slice(2), { network }).finalizeAllInputs().extractTransaction()
    await pays(from, { kind: 'Psbt', psbt: unsigned.toHex() }, to, '90000', signed.getId())
  },

  async 'addresses to pay'() {
    const of = (kind, fields, on = network) => bitcoin.payments[kind]({ ...fields, network: on }).address
    const pubkey = publicKey(witness)
    const redeem = { output: bitcoin.script.fromASM('OP_TRUE'), network }
    await pay(witness, '600', {
      'of a key, before segwit': of('p2pkh', { pubkey }),
      'of a script, before segwit': of('p2sh', { redeem }),
      'of a key': of('p2wpkh', { pubkey }),
      'of a key, in capitals': of('p2wpkh', { pubkey }).toUpperCase(),
      'of a script': of('p2wsh', { redeem }),
      'of taproot': of('p2tr', { internalPubkey: internalKey }),
    })
    await refuseToPay(witness, '600', {
      'of the main net': of('p2wpkh', { pubkey }, bitcoin.networks.bitcoin),
      'of the main net, before segwit': of('p2pkh', { pubkey }, bitcoin.networks.bitcoin),
      'of a regression test net': of('p2tr', { internalPubkey: internalKey }, bitcoin.networks.regtest),
      'with a wrong character': damaged(of('p2wpkh', { pubkey })),
      'with a wrong character, before segwit': damaged(of('p2pkh', { pubkey })),
    })
  },

  async transfer() {
    const sent = await transfer(witness, { kind: 'Native', to: taproot.address, amount: '50000' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(taproot))[0].txHash, sent.txHash)
  },
}
