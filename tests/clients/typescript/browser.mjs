// The official client for browsers registers and logs in people, with passkeys and with keys of the browser, and so does an
// older one, which takes the domain from the application that it names. The authenticator behind `navigator.credentials` is one
// of this file's own.

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { BaseAuthApi, DfnsApiClient, DfnsAuthenticator } from '@dfns/sdk'
import sdkBrowser from '@dfns/sdk-browser'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'
import old from 'dfns-sdk-0.5'
import oldBrowser from 'dfns-sdk-browser-0.5'
import { admin, employee, ready, session } from './support.mjs'

const { BrowserKeySigner, WebAuthnSigner } = sdkBrowser
const { orgId } = ready
const origin = 'http://localhost:3000'
const sha256 = (data) => createHash('sha256').update(data).digest()

// CBOR of the few things that an attestation is made of: numbers, bytes, texts, and lists of pairs.
const head = (major, number) => Buffer.from(number < 24 ? [(major << 5) | number] : [(major << 5) | 24, number])
const encode = (value) => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  return Buffer.concat([head(5, value.length), ...value.flat().map(encode)])
}

const keys = new Map()
const clientData = (type, challenge) =>
  Buffer.from(JSON.stringify({ type, challenge: Buffer.from(challenge).toString('base64url'), origin, crossOrigin: false }))

const credentials = {
  async create({ publicKey: { challenge, rp } }) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = randomBytes(32)
    keys.set(id.toString('base64url'), { privateKey, count: 0 })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const [left, right] = [x, y].map((coordinate) => Buffer.from(coordinate, 'base64url'))
    const cose = encode([[1, 2], [3, -7], [-1, 1], [-2, left], [-3, right]])
    // Who was there, and was recognised; the key follows.
    const data = Buffer.concat([sha256(rp.id), Buffer.from([0x45, 0, 0, 0, 0]), Buffer.alloc(16), Buffer.from([0, 32]), id, cose])
    // The length of the data takes a byte.
    const attestationObject = encode([['fmt', 'none'], ['attStmt', []], ['authData', data]])
    return {
      id: id.toString('base64url'),
      response: { attestationObject, clientDataJSON: clientData('webauthn.create', challenge) },
    }
  },

  async get({ publicKey: { allowCredentials, challenge, rpId } }) {
    const allowed = allowCredentials.map(({ id }) => Buffer.from(id).toString('base64url'))
    const id = allowed.find((id) => keys.has(id))
    const key = keys.get(id)
    key.count += 1
    const authenticatorData = Buffer.concat([sha256(rpId), Buffer.from([0x05, 0, 0, 0, key.count])])
    const clientDataJSON = clientData('webauthn.get', challenge)
    const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), key.privateKey)
    return { id, response: { authenticatorData, clientDataJSON, signature } }
  },
}
Object.defineProperty(globalThis, 'navigator', { value: { credentials }, configurable: true })

const signer = new AsymmetricKeySigner({ credId: employee.credentialId, privateKey: employee.privateKey })
const options = { baseUrl: ready.url, orgId, authToken: session.token, signer }
const person = new DfnsApiClient(options)
const codeFor = async (recipient) => (await admin('GET', `/outbox?recipient=${recipient}`)).items[0].code

// The application, made by a client that still has the call for it.
const { id: permissionId } = await person.permissions.createPermission({ body: { name: 'shop', operations: ['Wallets:Read'] } })
const { appId } = await new old.DfnsApiClient({ ...options, appId: 'ap-00000-00000-0000000000000000' }).auth.createApplication({
  body: { name: 'shop', kind: 'ClientSideApplication', relyingPartyId: 'localhost', origin, permissionId },
})

const browserKey = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const browsers = {
  'a passkey': {
    kind: 'Fido2',
    sdk: { DfnsApiClient, DfnsAuthenticator },
    newSigner: async () => new WebAuthnSigner({ relyingParty: { id: 'localhost', name: 'Local' } }),
  },
  'a key': {
    kind: 'Key',
    sdk: { DfnsApiClient, DfnsAuthenticator },
    newSigner: async () => new BrowserKeySigner({ keyPair: await browserKey() }),
  },
  'a passkey of an application': { kind: 'Fido2', sdk: old, newSigner: async () => new oldBrowser.WebAuthnSigner() },
}

for (const [name, { kind, sdk, newSigner }] of Object.entries(browsers)) {
  const username = `${name.replaceAll(' ', '-')}@browser.test`
  const signer = await newSigner()
  const common = { baseUrl: ready.url, signer, ...(sdk === old ? { appId } : { orgId }) }
  const authenticator = new sdk.DfnsAuthenticator(common)
  const { userId } = await person.auth.createUser({ body: { email: username, kind: 'CustomerEmployee' } })
  const registered = await authenticator.register({ orgId, username, registrationCode: await codeFor(username) })
  assert.equal(registered.user.id, userId)
  const { token } = await authenticator.login({ orgId, username })
  const user = new sdk.DfnsApiClient({ ...common, authToken: token })

  // Another credential, which the first one signs for.
  const challenge = await user.auth.createUserCredentialChallenge({ body: { kind } })
  const made = await (await newSigner()).create(challenge)
  const { challengeIdentifier } = challenge
  await user.auth.createUserCredential({ body: { ...made, challengeIdentifier, credentialName: 'second' } })
  assert.deepEqual((await user.auth.listUserCredentials()).items.map((item) => item.kind), [kind, kind])

  const refused = await user.wallets.createWallet({ body: { network: 'Bitcoin' } }).catch((error) => error)
  assert.equal(refused.constructor.name, 'DfnsError', `${refused}`)
  assert.equal(refused.httpStatus, 403)
  await BaseAuthApi.userLogout({ baseUrl: ready.url, authToken: token })
  const late = await user.wallets.listWallets().catch((error) => error)
  assert.equal(late.httpStatus, 401)
  console.log(`  ${name} in a browser`)
}
