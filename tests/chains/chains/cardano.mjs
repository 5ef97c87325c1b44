// Cardano, by Emurgo's libraries.

import cose from '@emurgo/cardano-message-signing-nodejs'
import cardano from '@emurgo/cardano-serialization-lib-nodejs'
import {
  assert,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  history,
  pay,
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
  words,
} from '../support.mjs'

const wallet = await createWallet('CardanoPreprod')
const other = await createWallet('CardanoPreprod')
const mainnet = await createWallet('Cardano')
const keyOf = (wallet) => cardano.PublicKey.from_bytes(publicKey(wallet))
await fund(wallet, '100000000')

const addressOf = (wallet, network) =>
  cardano.EnterpriseAddress.new(network.network_id(), cardano.Credential.from_keyhash(keyOf(wallet).hash()))
    .to_address()
    .to_bech32()

const payment = () => {
  const inputs = cardano.TransactionInputs.new()
  inputs.add(cardano.TransactionInput.new(cardano.TransactionHash.from_bytes(digest), 1))
  const outputs = cardano.TransactionOutputs.new()
  const value = cardano.Value.new(cardano.BigNum.from_str('2000000'))
  outputs.add(cardano.TransactionOutput.new(cardano.Address.from_bech32(other.address), value))
  const body = cardano.TransactionBody.new_tx_body(inputs, outputs, cardano.BigNum.from_str('170000'))
  body.set_ttl(cardano.BigNum.from_str('90000000'))
  return body
}
const note = () => {
  const metadata = cardano.GeneralTransactionMetadata.new()
  metadata.insert(cardano.BigNum.from_str('674'), cardano.encode_json_str_to_metadatum('{"msg":["invoice 7"]}', 1))
  const data = cardano.AuxiliaryData.new()
  data.set_metadata(metadata)
  return data
}

const signTransaction = async (unsigned, others = 0) => {
  const made = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned.to_hex() })
  const signed = cardano.FixedTransaction.from_bytes(fromHex(made.signedData))
  const id = cardano.FixedTransaction.from_bytes(unsigned.to_bytes()).transaction_hash()
  assert.equal(signed.transaction_hash().to_hex(), id.to_hex(), 'what was signed')
  assert.equal(made.txHash, id.to_hex())
  const witnesses = signed.witness_set().vkeys()
  assert.equal(witnesses.len(), 1 + others)
  const all = Array.from({ length: witnesses.len() }, (_, place) => witnesses.get(place))
  for (const witness of all) assert.ok(witness.vkey().public_key().verify(id.to_bytes(), witness.signature()), 'the signature')
  const own = all.find((witness) => witness.vkey().public_key().to_hex() === keyOf(wallet).to_hex())
  assert.equal(made.signature.encoded, `0x${own.signature().to_hex()}`)
  return cardano.Transaction.from_bytes(fromHex(made.signedData))
}

const signMessage = async (payload, externalAad) => {
  const fields = { ...(payload && { payload: toHex(payload) }), ...(externalAad && { externalAad: toHex(externalAad) }) }
  const made = await generateSignature(wallet, { kind: 'Cip8', context: 'Signature1', ...fields })
  const signed = cose.COSESign1.from_bytes(fromHex(made.signedData))
  const headers = signed.headers().protected().deserialized_headers()
  const eddsa = cose.Label.from_algorithm_id(cose.AlgorithmId.EdDSA)
  assert.equal(headers.algorithm_id().as_int().as_i32(), eddsa.as_int().as_i32())
  const address = headers.header(cose.Label.new_text('address')).as_bytes()
  assert.equal(cardano.Address.from_bytes(address).to_bech32(), wallet.address, 'the signer')
  assert.deepEqual(signed.payload(), payload)
  const data = signed.signed_data(externalAad, payload ? undefined : new Uint8Array())
  const signature = cardano.Ed25519Signature.from_bytes(signed.signature())
  assert.ok(keyOf(wallet).verify(data.to_bytes(), signature), 'the signature')
  assert.equal(made.signature.encoded, toHex(signed.signature()))
}

export const checks = {
  address() {
    assert.equal(wallet.address, addressOf(wallet, cardano.NetworkInfo.testnet_preprod()))
    assert.equal(mainnet.address, addressOf(mainnet, cardano.NetworkInfo.mainnet()))
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(keyOf(wallet).verify(digest, cardano.Ed25519Signature.from_bytes(fromHex(signature.encoded))))
  },

  async transaction() {
    await signTransaction(cardano.Transaction.new(payment(), cardano.TransactionWitnessSet.new()))
  },

  async 'transaction with metadata'() {
    const body = payment()
    body.set_auxiliary_data_hash(cardano.hash_auxiliary_data(note()))
    const signed = await signTransaction(cardano.Transaction.new(body, cardano.TransactionWitnessSet.new(), note()))
    assert.equal(signed.auxiliary_data().to_hex(), note().to_hex())
  },

  async 'transaction that another one has signed already'() {
    const stranger = cardano.PrivateKey.from_normal_bytes(digest)
    const unsigned = cardano.FixedTransaction.new_from_body_bytes(payment().to_bytes())
    unsigned.sign_and_add_vkey_signature(stranger)
    await signTransaction(cardano.Transaction.from_bytes(unsigned.to_bytes()), 1)
  },

  cip8: () => signMessage(words),
  'cip8 with what is signed along': () => signMessage(words, digest),
  'cip8 without a message': () => signMessage(undefined, digest),

  async 'broadcast of a transaction'() {
    const unsigned = cardano.Transaction.new(payment(), cardano.TransactionWitnessSet.new())
    const { txHash } = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned.to_hex() })
    await pays(wallet, { kind: 'Transaction', transaction: unsigned.to_hex() }, other, '2000000', txHash)
  },

  async 'addresses to pay'() {
    const hash = cardano.Credential.from_keyhash(keyOf(other).hash())
    const script = cardano.Credential.from_scripthash(cardano.ScriptHash.from_bytes(digest.slice(4)))
    const [test, main] = [cardano.NetworkInfo.testnet_preprod().network_id(), cardano.NetworkInfo.mainnet().network_id()]
    const text = (address) => address.to_address().to_bech32()
    const pointer = cardano.Pointer.new_pointer(
      cardano.BigNum.from_str('2498243'),
      cardano.BigNum.from_str('27'),
      cardano.BigNum.from_str('3'),
    )
    await pay(wallet, '1000000', {
      'of a key': text(cardano.EnterpriseAddress.new(test, hash)),
      'of a key with a stake': text(cardano.BaseAddress.new(test, hash, hash)),
      'of a script': text(cardano.EnterpriseAddress.new(test, script)),
      'of a script with a stake': text(cardano.BaseAddress.new(test, script, hash)),
      'with a pointer to a stake': text(cardano.PointerAddress.new(test, hash, pointer)),
    })
    await refuseToPay(wallet, '1000000', {
      'of rewards': text(cardano.RewardAddress.new(test, hash)),
      'of the main net': text(cardano.BaseAddress.new(main, hash, hash)),
      'with a wrong character': damaged(other.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '2000000' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
