// What every chain needs: signed calls to the emulator whose ready line stands in EMULATOR, and bytes in hexadecimal.
//
// Nothing here knows a chain, and nothing here derives, hashes or verifies anything: that is for the chains' own libraries.

import assert from 'node:assert/strict'
import { createHash, sign } from 'node:crypto'

export const ready = JSON.parse(process.env.EMULATOR)

const request = async (method, url, body, headers = {}) => {
  const answer = await fetch(url, { method, body, headers: { 'content-type': 'application/json', ...headers } })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} with ${body}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

const authorization = { authorization: `Bearer ${ready.authToken}` }

// Proves, with the key of the service account, that this very request is meant.
const userAction = async (userActionHttpMethod, userActionHttpPath, userActionPayload) => {
  const asked = JSON.stringify({
    userActionServerKind: 'Api',
    userActionHttpMethod,
    userActionHttpPath,
    userActionPayload,
  })
  const { challenge, challengeIdentifier } = await request('POST', `${ready.url}/auth/action/init`, asked, authorization)
  const clientData = Buffer.from(JSON.stringify({ type: 'key.get', challenge, origin: '', crossOrigin: false }))
  const credentialAssertion = {
    credId: ready.credentialId,
    clientData: clientData.toString('base64url'),
    signature: sign(undefined, clientData, ready.privateKey).toString('base64url'),
  }
  const answered = JSON.stringify({ challengeIdentifier, firstFactor: { kind: 'Key', credentialAssertion } })
  return (await request('POST', `${ready.url}/auth/action`, answered, authorization)).userAction
}

export const get = (path) => request('GET', ready.url + path, undefined, authorization)
export const admin = (method, path, body) => request(method, ready.admin + path, body && JSON.stringify(body))

export const post = async (path, body) => {
  const text = JSON.stringify(body)
  const proof = await userAction('POST', path, text)
  return request('POST', ready.url + path, text, { ...authorization, 'x-dfns-useraction': proof })
}

// A new wallet; its key is `wallet.signingKey`, whose `publicKey` is in hexadecimal.
export const createWallet = (network, more = {}) => post('/wallets', { network, ...more })

// Activates a wallet on one of the networks that must hear of an account before it can be used, and gives it as it is then.
export const activate = async (wallet, body = {}) => {
  await post(`/wallets/${wallet.id}/activate`, body)
  await admin('POST', '/clock/advance', { seconds: 1 })
  return get(`/wallets/${wallet.id}`)
}

// A new key for other schemes than the usual one of a network.
export const createKey = (scheme, curve, more = {}) => post('/keys', { scheme, curve, ...more })

// A new wallet whose key comes from a master key.
export const createDerivedWallet = async (network, scheme, curve, path = 'm/7/2147483647') => {
  const master = await createKey(scheme, curve, { masterKey: true })
  const key = await createKey(scheme, curve, { deriveFrom: { keyId: master.id, path } })
  return createWallet(network, { signingKey: { id: key.id } })
}

// Has the key of a wallet sign for the wallet's network.
export const generateSignature = async (wallet, body) => {
  const made = await post(`/keys/${wallet.signingKey.id}/signatures`, { network: wallet.network, ...body })
  assert.equal(made.status, 'Signed')
  return made
}

// Moves an asset from a wallet, and gives the transfer as it is once it is on its chain.
export const transfer = async (wallet, body) => {
  const { id } = await post(`/wallets/${wallet.id}/transfers`, body)
  await admin('POST', '/clock/advance', { seconds: 1 })
  return get(`/wallets/${wallet.id}/transfers/${id}`)
}

// Has a wallet sign and send a transaction, and gives it as it is once it is on its chain.
export const broadcast = async (wallet, body) => {
  const { id } = await post(`/wallets/${wallet.id}/transactions`, body)
  await admin('POST', '/clock/advance', { seconds: 1 })
  return get(`/wallets/${wallet.id}/transactions/${id}`)
}

// Pays each of these addresses, which are all ways to write one on the wallet's network.
export const pay = async (wallet, amount, addresses) => {
  for (const [name, to] of Object.entries(addresses)) {
    const sent = await transfer(wallet, { kind: 'Native', to, amount }).catch((error) => assert.fail(`${name}: ${error.message}`))
    assert.equal(sent.status, 'Confirmed', `${name} ${to}: ${sent.reason}`)
  }
}

// None of these is an address of the wallet's network.
export const refuseToPay = async (wallet, amount, addresses) => {
  for (const [name, to] of Object.entries(addresses)) {
    const paid = transfer(wallet, { kind: 'Native', to, amount })
    const error = await paid.then(
      () => assert.fail(`${name} ${to} was paid`),
      (error) => error,
    )
    assert.match(error.message, /: 400 .*"field":"to"/, name)
  }
}

// An address with a wrong character.
export const damaged = (address) => address.slice(0, -4) + (address.at(-4) === 'q' ? 'p' : 'q') + address.slice(-3)

// Has a wallet sign and send a transaction that pays another wallet, which has to see it under this hash.
export const pays = async (wallet, body, receiver, value, hash) => {
  const sent = await broadcast(wallet, body)
  assert.equal(sent.status, 'Confirmed', sent.reason)
  assert.equal(sent.txHash, hash)
  const [newest] = await history(receiver)
  assert.deepEqual([newest.txHash, newest.value], [hash, value])
}

export const history = async (wallet) => (await get(`/wallets/${wallet.id}/history`)).items
export const fund = (wallet, amount, asset) => admin('POST', '/faucet', { walletId: wallet.id, amount, asset })

export const toHex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`
export const fromHex = (text) => new Uint8Array(Buffer.from(text.replace(/^0x/, ''), 'hex'))
export const publicKey = (wallet) => fromHex(wallet.signingKey.publicKey)

// The two halves of a signature behind each other, as most chains write it.
export const halves = ({ signature }) => fromHex(signature.r + signature.s.slice(2))

// Something of 32 bytes for keys to sign.
export const digest = new Uint8Array(createHash('sha256').update('what was hashed elsewhere').digest())
export const words = new TextEncoder().encode('Ich bin es – 我')

// Numbers that look like chance and are the same in every run (mulberry32).
export const chance = (seed) => {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end) => Math.floor(next() * end)
  return {
    below,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    one: (choices) => choices[below(choices.length)],
  }
}

export { assert }
