// EVM networks, by ethers.

import {
  Signature,
  Transaction,
  computeAddress,
  getAddress,
  hashAuthorization,
  recoverAddress,
  verifyAuthorization,
  verifyMessage,
  verifyTypedData,
} from 'ethers'
import {
  assert,
  broadcast,
  chance,
  createDerivedWallet,
  createWallet,
  digest,
  fromHex,
  fund,
  generateSignature,
  history,
  pay,
  refuseToPay,
  toHex,
  transfer,
  words,
} from '../support.mjs'

const wallet = await createWallet('EthereumSepolia')
const other = await createWallet('EthereumSepolia')
const chainId = 11155111
await fund(wallet, '1000000000000000000')

const typed = {
  domain: { name: 'Mail', version: '1', chainId, verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
  types: {
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallets', type: 'address[]' },
    ],
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

// Typed data with nested structs, arrays of any form, and every base type, as chance has it.
const typedByChance = ({ below, bytes, one }) => {
  const types = {}
  const value = (type) => {
    const [, item, length] = /^(.*)\[(\d*)\]$/.exec(type) ?? []
    if (item) return Array.from({ length: length === '' ? below(4) : Number(length) }, () => value(item))
    if (types[type]) return Object.fromEntries(types[type].map((field) => [field.name, value(field.type)]))
    if (type === 'bool') return below(2) === 1
    if (type === 'address') return toHex(bytes(20))
    if (type === 'string') return one(['', 'a', 'Größe – 我 🙂', 'x'.repeat(100)])
    if (type === 'bytes') return toHex(bytes(below(70)))
    if (type.startsWith('bytes')) return toHex(bytes(Number(type.slice(5))))
    const bits = BigInt(type.replace(/^u?int/, ''))
    const drawn = BigInt(toHex(bytes(32)))
    return type.startsWith('u') ? BigInt.asUintN(Number(bits), drawn).toString() : BigInt.asIntN(Number(bits), drawn).toString()
  }
  const base = () =>
    one([
      'bool',
      'address',
      'string',
      'bytes',
      `bytes${1 + below(32)}`,
      `uint${8 * (1 + below(32))}`,
      `int${8 * (1 + below(32))}`,
    ])
  const depth = 1 + below(4)
  for (let place = depth; place > 0; place -= 1) {
    const fields = Array.from({ length: 1 + below(4) }, () => base() + one(['', '', '[]', '[2]', '[][3]']))
    // Each struct but the last one holds the next, so that there is one that no other holds.
    if (place < depth) fields.push(`T${place + 1}${one(['', '[]', '[2]'])}`)
    types[`T${place}`] = fields.map((type, number) => ({ name: `f${number}`, type }))
  }
  const all = { name: 'Chance', version: '1', chainId, verifyingContract: other.address, salt: toHex(bytes(32)) }
  const kept = Object.entries(all).filter(() => below(3) > 0)
  return { types, domain: Object.fromEntries(kept.length ? kept : [['name', '']]), message: value('T1') }
}

const transactionByChance = ({ below, bytes, one }) => {
  const number = (most) => BigInt(toHex(bytes(1 + below(most))))
  const type = one([0, 1, 2])
  const fees = type === 2 ? { maxFeePerGas: number(8), maxPriorityFeePerGas: 0n } : { gasPrice: number(8) }
  const accessList = Array.from({ length: below(3) }, () => ({
    address: toHex(bytes(20)),
    storageKeys: Array.from({ length: below(3) }, () => toHex(bytes(32))),
  }))
  return Transaction.from({
    type,
    chainId: one([0n, 1n, 127n, 128n, 255n, 256n, 11155111n, 2n ** 32n]),
    nonce: one([0, 1, 127, 128, 70000]),
    to: one([null, toHex(bytes(20))]),
    gasLimit: number(4),
    value: one([0n, 1n, 127n, 128n, number(16)]),
    data: toHex(bytes(one([0, 1, 55, 56, 300]))),
    ...fees,
    ...(type > 0 && { accessList }),
  })
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

  async 'message of a derived key'() {
    const derived = await createDerivedWallet('EthereumSepolia', 'ECDSA', 'secp256k1')
    const { signature } = await generateSignature(derived, { kind: 'Message', message: toHex(words) })
    assert.equal(derived.address, computeAddress(`0x${derived.signingKey.publicKey}`).toLowerCase())
    assert.equal(verifyMessage(words, signature.encoded).toLowerCase(), derived.address)
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

  async 'eip712 by chance'() {
    const drawn = chance(712)
    for (let round = 0; round < 100; round += 1) {
      const typed = typedByChance(drawn)
      const { signature } = await generateSignature(wallet, { kind: 'Eip712', ...typed })
      const signer = verifyTypedData(typed.domain, typed.types, typed.message, signature.encoded)
      assert.equal(signer.toLowerCase(), wallet.address, JSON.stringify(typed))
    }
  },

  async eip7702() {
    for (const authorization of [
      { address: other.address, chainId, nonce: 0 },
      { address: other.address, chainId: 0, nonce: 300 },
    ]) {
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

  async 'transactions by chance'() {
    const drawn = chance(1559)
    for (let round = 0; round < 100; round += 1) await signTransaction(transactionByChance(drawn))
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
    const flipped = checked.replace(/[a-f]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    )
    await refuseToPay(wallet, '5', { 'with a wrong checksum': flipped, short: checked.slice(0, -2) })
  },

  async 'transfer of tokens'() {
    const contract = other.address
    await fund(wallet, '1000', { kind: 'Erc20', contract, symbol: 'TKN', decimals: 6 })
    await fund(wallet, '1', { kind: 'Erc721', contract, tokenId: '7' })
    for (const token of [
      { kind: 'Erc20', contract: getAddress(contract), amount: '10' },
      { kind: 'Erc721', contract, tokenId: '7' },
    ]) {
      const sent = await transfer(wallet, { ...token, to: other.address })
      assert.equal(sent.status, 'Confirmed')
      assert.match(sent.txHash, /^0x[0-9a-f]{64}$/)
      assert.equal((await history(other))[0].txHash, sent.txHash)
    }
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-9a-f]{64}$/)
    assert.equal((await history(other))[0].txHash, sent.txHash)
  },
}
