// Cosmos networks, by @cosmjs.

import { encodeSecp256k1Pubkey, pubkeyToAddress } from '@cosmjs/amino'
import { Secp256k1, Secp256k1Signature, sha256 } from '@cosmjs/crypto'
import { toBech32 } from '@cosmjs/encoding'
import { Registry, decodeTxRaw, encodePubkey, makeAuthInfoBytes, makeSignBytes, makeSignDoc } from '@cosmjs/proto-signing'
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import {
  assert,
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

const wallet = await createWallet('CosmosIcsTestnet')
const other = await createWallet('CosmosHub4')
const pubkey = encodeSecp256k1Pubkey(publicKey(wallet))
await fund(wallet, '1000000')

const send = {
  typeUrl: '/cosmos.bank.v1beta1.MsgSend',
  value: { fromAddress: wallet.address, toAddress: other.address, amount: [{ denom: 'uatom', amount: '12345' }] },
}

export const checks = {
  address() {
    assert.equal(wallet.address, pubkeyToAddress(pubkey, 'cosmos'))
    assert.equal(other.address, pubkeyToAddress(encodeSecp256k1Pubkey(publicKey(other)), 'cosmos'))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(signature.encoded, toHex(halves({ signature })))
    const read = Secp256k1Signature.fromFixedLength(fromHex(signature.encoded))
    assert.ok(await Secp256k1.verifySignature(read, digest, publicKey(wallet)))
  },

  async signDocDirect() {
    const body = new Registry().encodeTxBody({ messages: [send], memo: 'invoice 7' })
    const fee = [{ denom: 'uatom', amount: '500' }]
    const authInfo = makeAuthInfoBytes([{ pubkey: encodePubkey(pubkey), sequence: 3 }], fee, 200000, undefined, undefined)
    const signBytes = makeSignBytes(makeSignDoc(body, authInfo, 'provider', 42))
    const made = await generateSignature(wallet, { kind: 'SignDocDirect', signDoc: toHex(signBytes) })
    const signature = fromHex(made.signature.encoded)
    const raw = TxRaw.encode(TxRaw.fromPartial({ bodyBytes: body, authInfoBytes: authInfo, signatures: [signature] })).finish()
    const read = decodeTxRaw(raw)
    assert.equal(read.body.memo, 'invoice 7')
    assert.ok(
      await Secp256k1.verifySignature(
        Secp256k1Signature.fromFixedLength(read.signatures[0]),
        sha256(signBytes),
        publicKey(wallet),
      ),
    )
    const half = BigInt('0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0')
    assert.ok(BigInt(made.signature.s) <= half, 'a low s')
  },

  async 'broadcast of a signDoc'() {
    const [from, to] = [await createWallet('CosmosHub4'), await createWallet('CosmosHub4')]
    await fund(from, '1000000')
    const value = { fromAddress: from.address, toAddress: to.address, amount: [{ denom: 'uatom', amount: '12345' }] }
    const body = new Registry().encodeTxBody({ messages: [{ typeUrl: send.typeUrl, value }] })
    const own = encodePubkey(encodeSecp256k1Pubkey(publicKey(from)))
    const authInfo = makeAuthInfoBytes(
      [{ pubkey: own, sequence: 0 }],
      [{ denom: 'uatom', amount: '500' }],
      200000,
      undefined,
      undefined,
    )
    const signDoc = toHex(makeSignBytes(makeSignDoc(body, authInfo, 'cosmoshub-4', 42)))
    const { signature } = await generateSignature(from, { kind: 'SignDocDirect', signDoc })
    const raw = TxRaw.fromPartial({ bodyBytes: body, authInfoBytes: authInfo, signatures: [fromHex(signature.encoded)] })
    const hash = toHex(sha256(TxRaw.encode(raw).finish()))
      .slice(2)
      .toUpperCase()
    await pays(from, { kind: 'SignDocDirect', signDoc }, to, '12345', hash)
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'of a key': other.address, 'of a module or another chain': toBech32('cosmos', digest) })
    await refuseToPay(wallet, '5', {
      'of a validator': toBech32('cosmosvaloper', digest.slice(12)),
      'of another chain': toBech32('osmo', digest.slice(12)),
      'with a wrong character': damaged(other.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9A-F]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
