// EVM networks, by ethers.

import { Signature, Transaction, computeAddress, getAddress, hashAuthorization, recoverAddress, verifyAuthorization, verifyMessage, verifyTypedData } from 'ethers'
import { assert, broadcast, createWallet, digest, fromHex, fund, generateSignature, history, pay, refuseToPay, toHex, transfer, words } from '../support.mjs'

const wallet = await createWallet('EthereumSepolia')
const other = await createWallet('EthereumSepolia')
const chainId = 11155111
await fund(wallet, '1000000000000000000')

const typed = {
  domain: { name: 'Mail', version: '1', chainId, verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
  types: {
    Person: [{ name: 'name', type: 'string' }, { name: 'wallets', type: 'address[]' }],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person[]' },
      { name: 'contents', type: 'string' },
      { name: 'weight', type: 'int64' },
      { name: 'proof', type: 'bytes' },
      { name: 'tags', type: 'bytes4[2]' },
      { name: 'isUrgent', type: 'bool' },
    ],
  },
  message: {
    from: { name: 'Cow', wallets: [wallet.address] },
    to: [{ name: 'Bob', wallets: [other.address, wallet.address] }],
    contents: 'Hello – Bob',
    weight: '-7',
    proof: '0x0102',
    tags: ['0x01020304', '0x05060708'],
    isUrgent: true,
  },
}

const payment = { chainId, nonce: 7, to: other.address, value: 12345n, gasLimit: 60000n, data: '0xc0ffee' }
const accessList = [{ address: other.address, storageKeys: [toHex(digest)] }]
const dynamicFee = { maxFeePerGas: 40000000000n, maxPriorityFeePerGas: 1000000000n }
const transactions = {
  'legacy transaction without a chain': { ...payment, chainId: 0, type: 0, gasPrice: 3000000000n },
  'legacy transaction': { ...payment, type: 0, gasPrice: 3000000000n },
  'transaction with an access list': { ...payment, type: 1, gasPrice: 3000000000n, accessList },
  'transaction with a dynamic fee': { ...payment, type: 2, ...dynamicFee, accessList },
  'transaction that makes a contract': { ...payment, type: 2, ...dynamicFee, to: null },
}

const signTransaction = async (unsigned) => {
  const made = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned.unsignedSerialized })
  const signed = Transaction.from(made.signedData)
  assert.equal(signed.from, computeAddress(toHex(fromHex(wallet.signingKey.publicKey))), 'the sender')
  assert.equal(signed.unsignedSerialized, unsigned.unsignedSerialized, 'what was signed')
  assert.equal(made.txHash, signed.hash, 'the hash')
  assert.equal(made.signature.encoded, signed.signature.serialized, 'the signature')
}

export const checks = {
  address() {
    assert.equal(wallet.address, computeAddress(`0x${wallet.signingKey.publicKey}`).toLowerCase())
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(recoverAddress(digest, signature.encoded).toLowerCase(), wallet.address)
    assert.equal(Signature.from({ r: signature.r, s: signature.s, yParity: signature.recid }).serialized, signature.encoded)
  },

  async message() {
    const { signature } = await generateSignature(wallet, { kind: 'Message', message: toHex(words) })
    assert.equal(verifyMessage(words, signature.encoded).toLowerCase(), wallet.address)
  },

  async eip191() {
    const { signature } = await generateSignature(wallet, { kind: 'Eip191', message: toHex(words) })
    assert.equal(verifyMessage(words, signature.encoded).toLowerCase(), wallet.address)
  },

  async eip712() {
    const { signature } = await generateSignature(wallet, { kind: 'Eip712', ...typed })
    const signer = verifyTypedData(typed.domain, typed.types, typed.message, signature.encoded)
    assert.equal(signer.toLowerCase(), wallet.address)
  },

  async 'eip712 with a salt'() {
    const domain = { name: 'Mail', salt: toHex(digest) }
    const { signature } = await generateSignature(wallet, { kind: 'Eip712', ...typed, domain })
    const signer = verifyTypedData(domain, typed.types, typed.message, signature.encoded)
    assert.equal(signer.toLowerCase(), wallet.address)
  },

  async eip7702() {
    for (const authorization of [{ address: other.address, chainId, nonce: 0 }, { address: other.address, chainId: 0, nonce: 300 }]) {
      const { signature } = await generateSignature(wallet, { kind: 'Eip7702', ...authorization })
      assert.equal(verifyAuthorization(authorization, signature.encoded).toLowerCase(), wallet.address)
      assert.equal(recoverAddress(hashAuthorization(authorization), signature.encoded).toLowerCase(), wallet.address)
    }
  },

  ...Object.fromEntries(
    Object.entries(transactions).map(([name, fields]) => [name, () => signTransaction(Transaction.from(fields))]),
  ),

  async 'transaction with an authorization'() {
    const authorization = { address: other.address, chainId, nonce: 8 }
    const { signature } = await generateSignature(wallet, { kind: 'Eip7702', ...authorization })
    const authorizationList = [{ ...authorization, signature: Signature.from(signature.encoded) }]
    await signTransaction(Transaction.from({ ...payment, type: 4, ...dynamicFee, authorizationList }))
  },

  async 'transaction in JSON'() {
    const transaction = { to: other.address, value: '12345', maxFeePerGas: '40000000000', data: '0xc0ffee' }
    const made = await generateSignature(wallet, { kind: 'Transaction', transaction })
    const signed = Transaction.from(made.signedData)
    assert.equal(signed.from.toLowerCase(), wallet.address, 'the sender')
    assert.equal(made.txHash, signed.hash)
    assert.deepEqual(
      [signed.type, signed.chainId, signed.nonce, signed.to.toLowerCase(), signed.value, signed.maxFeePerGas, signed.data],
      [2, BigInt(chainId), 0, other.address, 12345n, 40000000000n, '0xc0ffee'],
    )
  },

  async 'broadcast of a transaction'() {
    const unsigned = Transaction.from({ ...payment, nonce: 0, type: 2, ...dynamicFee })
    const { signedData } = await generateSignature(wallet, { kind: 'Transaction', transaction: unsigned.unsignedSerialized })
    const sent = await broadcast(wallet, { kind: 'Transaction', transaction: unsigned.unsignedSerialized })
    assert.equal(sent.status, 'Confirmed')
    assert.equal(sent.txHash, Transaction.from(signedData).hash)
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'in small letters': other.address, 'with a checksum': getAddress(other.address) })
    const checked = getAddress(other.address)
    const flipped = checked.replace(/[a-f]/i, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
    await refuseToPay(wallet, '5', { 'with a wrong checksum': flipped, short: checked.slice(0, -2) })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-9a-f]{64}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
