// Every operation that both a client and the emulator know is called once or more, through whichever client is handed in: other
// versions than the newest have fewer methods, and the delegated client has two for each signed one. What a client has no
// method for is passed over.

import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { admin, employee, passBlocks, ready, session } from './support.mjs'

const base64url = (data) => Buffer.from(data).toString('base64url')
const pem = (pair) => pair.publicKey.export({ type: 'spki', format: 'pem' })
const newKey = () => generateKeyPairSync('ed25519')

// What a key says of itself when it becomes a credential.
const credential = (challenge, pair, credId) => {
  const clientData = Buffer.from(JSON.stringify({ type: 'key.create', challenge, origin: ready.url, crossOrigin: false }))
  const clientDataHash = createHash('sha256').update(clientData).digest('hex')
  const publicKey = pem(pair)
  const signature = sign(undefined, Buffer.from(JSON.stringify({ clientDataHash, publicKey })), pair.privateKey)
  const attestationData = base64url(JSON.stringify({ publicKey, signature: signature.toString('hex') }))
  return { credId: base64url(credId), clientData: base64url(clientData), attestationData }
}

const assertion = (challenge, pair, credId) => {
  const clientData = Buffer.from(JSON.stringify({ type: 'key.get', challenge, origin: ready.url, crossOrigin: false }))
  const signature = base64url(sign(undefined, clientData, pair.privateKey))
  return { credId: base64url(credId), clientData: base64url(clientData), signature }
}

// Plays with the clients that `make({ token, credId, privateKey })` gives; `name` keeps what it makes apart from others'.
export const playBreadth = async (name, make) => {
  const called = new Set()
  const calling = (options) => {
    const { client, signer } = make(options)
    const call = async (place, request) => {
      const [domain, method] = place.split('.')
      const room = client[domain]
      if (room?.[`${method}Init`]) {
        const challenge = await room[`${method}Init`](request)
        const firstFactor = await signer.sign(challenge)
        const { challengeIdentifier } = challenge
        called.add(place)
        return room[`${method}Complete`](request, { challengeIdentifier, firstFactor })
      }
      if (!room?.[method]) return undefined
      called.add(place)
      return room[method](request)
    }
    const refused = async (status, place, request) => {
      const error = await call(place, request).then(
        (answer) => assert.equal(answer, undefined, `${place} was not refused`),
        (error) => error,
      )
      if (error) assert.equal(error.httpStatus, status, `${place}: ${error.message}`)
    }
    return { call, refused }
  }
  const service = calling({ token: ready.authToken, credId: ready.credentialId, privateKey: ready.privateKey })
  const person = calling({ token: session.token, credId: employee.credentialId, privateKey: employee.privateKey })
  const nobody = calling({})
  const mailTo = async (recipient) => (await admin('GET', `/outbox?recipient=${recipient}`)).items[0].code

  const steps = {
    async wallets() {
      const network = 'EthereumSepolia'
      const [one, two] = [
        await service.call('wallets.createWallet', { body: { network, name, tags: [name], externalId: name } }),
        await service.call('wallets.createWallet', { body: { network } }),
      ]
      const walletId = one.id
      await service.call('wallets.getWallet', { walletId })
      await service.call('wallets.listWallets', { query: { limit: '1' } })
      await service.call('wallets.updateWallet', { walletId, body: { name: 'other' } })
      await service.call('wallets.tagWallet', { walletId, body: { tags: ['x'] } })
      await service.call('wallets.untagWallet', { walletId, body: { tags: ['x'] } })
      for (const wallet of [one, two]) await admin('POST', '/faucet', { walletId: wallet.id, amount: '5000000000000000000' })
      const pay = { walletId, body: { kind: 'Native', to: two.address, amount: '1' } }
      const gas = { gasLimit: '0x5208', maxFeePerGas: '0xba43b7400', maxPriorityFeePerGas: '1' }
      const send = { walletId, body: { kind: 'Eip1559', to: two.address, value: '0x1', ...gas } }
      await admin('POST', '/clock/freeze')
      for (const replace of ['speedUp', 'cancel']) {
        const transfer = await service.call('wallets.transferAsset', pay)
        const transaction = await service.call('wallets.broadcastTransaction', send)
        await admin('POST', '/clock/advance', { seconds: 0.15 })
        await service.call(`wallets.${replace}Transfer`, { walletId, transferId: transfer.id, body: {} })
        await service.call(`wallets.${replace}Transaction`, { walletId, transactionId: transaction.id, body: {} })
        await passBlocks()
        await service.call('wallets.getTransfer', { walletId, transferId: transfer.id })
        await service.call('wallets.getTransaction', { walletId, transactionId: transaction.id })
        await service.refused(400, 'wallets.abortTransfer', { walletId, transferId: transfer.id })
        await service.refused(400, 'wallets.abortTransaction', { walletId, transactionId: transaction.id })
      }
      await admin('POST', '/clock/run')
      for (const list of ['listTransfers', 'listTransactions', 'getWalletAssets', 'getWalletNfts', 'listOffers', 'listSignatures']) {
        await service.call(`wallets.${list}`, { walletId })
      }
      await service.call('wallets.getWalletAssets', { walletId, query: { netWorth: true } })
      await service.call('wallets.getWalletHistory', { walletId, query: { direction: 'Out', kind: 'NativeTransfer' } })
      const year = { startTime: '2026-01-01T00:00:00.000Z', endTime: '2027-01-01T00:00:00.000Z' }
      await service.call('wallets.listOrgWalletHistory', { query: year })
      const signature = await service.call('wallets.generateSignature', { walletId, body: { kind: 'Message', message: '0x11' } })
      if (signature) await service.call('wallets.getSignature', { walletId, signatureId: signature.id })
      const offerId = 'offer-00000-00000-000000000000000'
      for (const method of ['getOffer', 'acceptOffer', 'rejectOffer']) await service.refused(404, `wallets.${method}`, { walletId, offerId })
      const delayed = await service.call('wallets.createWallet', { body: { network: 'Bitcoin', delayDelegation: true } })
      const user = await person.call('auth.createUser', { body: { email: `owner@${name}.test`, kind: 'EndUser' } })
      await service.call('wallets.delegateWallet', { walletId: delayed.id, body: { userId: user.userId } })
      const starknet = await service.call('wallets.createWallet', { body: { network: 'Starknet' } })
      await admin('POST', '/faucet', { walletId: starknet.id, amount: '5000000000000000000' })
      await service.call('wallets.activateWallet', { walletId: starknet.id, body: {} })
      await service.refused(400, 'wallets.createWallet', { body: { network: 'Atlantis' } })
      await service.refused(404, 'wallets.getWallet', { walletId: 'wa-00000-00000-00000000000000' })
    },

    async keys() {
      const key = await service.call('keys.createKey', { body: { scheme: 'ECDSA', curve: 'secp256k1', name } })
      if (!key) return
      const keyId = key.id
      await service.call('keys.getKey', { keyId })
      await service.call('keys.listKeys')
      await service.call('keys.updateKey', { keyId, body: { name: 'other' } })
      const typed = { types: { Mail: [{ name: 'to', type: 'address' }] }, domain: { name: 'Mail', chainId: '1' } }
      const to = '0x2222222222222222222222222222222222222222'
      for (const body of [
        { kind: 'Hash', hash: `0x${'11'.repeat(32)}`, externalId: `${name}-1` },
        // None of its networks named.
        { kind: 'Eip712', ...typed, message: { to } },
        { kind: 'Message', message: '0x11', blockchainKind: 'Evm' },
      ]) {
        const { id } = await service.call('keys.generateSignature', { keyId, body })
        assert.equal((await service.call('keys.getSignature', { keyId, signatureId: id })).status, 'Signed')
      }
      await service.call('keys.listSignatures', { keyId })
      const shared = await service.call('keys.createKey', { body: { scheme: 'DH', curve: 'secp256k1' } })
      await service.call('keys.deriveKey', { keyId: shared.id, body: { domain: '0x01', seed: '0x02' } })
      await person.call('keys.deleteKey', { keyId: shared.id })
      const delayed = await service.call('keys.createKey', { body: { scheme: 'EdDSA', curve: 'ed25519', delayDelegation: true } })
      const user = await person.call('auth.createUser', { body: { email: `key@${name}.test`, kind: 'EndUser' } })
      await service.call('keys.delegateKey', { keyId: delayed.id, body: { delegateTo: user.userId } })
      await service.call('signers.listSigners')
      await service.call('signers.listKeyStores')
    },

    async policiesAndPermissions() {
      const wallet = await service.call('wallets.createWallet', { body: { network: 'EthereumSepolia' } })
      await admin('POST', '/faucet', { walletId: wallet.id, amount: '5000000000000000000' })
      const group = { name: 'all', quorum: 1, approvers: { userId: { in: [employee.userId] } } }
      const body = {
        name,
        activityKind: 'Wallets:Sign',
        rule: { kind: 'AlwaysTrigger', configuration: {} },
        action: { kind: 'RequestApproval', approvalGroups: [group] },
        filters: { walletId: { in: [wallet.id] } },
      }
      const policy = await person.call('policies.createPolicy', { body })
      const policyId = policy.id
      await person.call('policies.getPolicy', { policyId })
      await person.call('policies.listPolicies', { query: { status: 'Active' } })
      await person.call('policies.updatePolicy', { policyId, body: { ...body, name: 'other' } })
      const pay = { kind: 'Native', to: wallet.address, amount: '1' }
      const { approvalId } = await service.call('wallets.transferAsset', { walletId: wallet.id, body: pay })
      await person.call('policies.listApprovals', { query: { status: 'Pending' } })
      await person.call('policies.getApproval', { approvalId })
      await person.call('policies.createApprovalDecision', { approvalId, body: { value: 'Denied', reason: 'no' } })
      await person.call('policies.archivePolicy', { policyId })

      const permission = await person.call('permissions.createPermission', { body: { name, operations: ['Wallets:Read'] } })
      const permissionId = permission.id
      await person.call('permissions.getPermission', { permissionId })
      await person.call('permissions.listPermissions')
      await person.call('permissions.updatePermission', { permissionId, body: { name: `${name}-2` } })
      const user = await person.call('auth.createUser', { body: { email: `reader@${name}.test`, kind: 'CustomerEmployee' } })
      const assigned = await person.call('permissions.createAssignment', { permissionId, body: { identityId: user.userId } })
      await person.call('permissions.listAssignments', { permissionId })
      await person.call('permissions.deleteAssignment', { permissionId, assignmentId: assigned.id })
      await person.call('permissions.archivePermission', { permissionId, body: { isArchived: true } })
    },

    async webhooks() {
      const body = { url: 'http://127.0.0.1:9/nobody', events: ['wallet.created'], status: 'Enabled' }
      const { id: webhookId } = await person.call('webhooks.createWebhook', { body })
      await person.call('webhooks.getWebhook', { webhookId })
      await person.call('webhooks.listWebhooks')
      await service.call('wallets.createWallet', { body: { network: 'Bitcoin' } })
      await admin('POST', '/webhooks/flush')
      const events = await person.call('webhooks.listWebhookEvents', { webhookId, query: { kind: 'wallet.created' } })
      const webhookEventId = events.items[0].id
      assert.equal((await person.call('webhooks.getWebhookEvent', { webhookId, webhookEventId })).id, webhookEventId)
      await person.call('webhooks.updateWebhook', { webhookId, body: { description: name } })
      await person.call('webhooks.deleteWebhook', { webhookId })
    },

    async people() {
      const user = await person.call('auth.createUser', { body: { email: `user@${name}.test`, kind: 'CustomerEmployee' } })
      const { userId } = user
      await person.call('auth.listUsers', { query: { kind: 'EndUser' } })
      for (const method of ['getUser', 'deactivateUser', 'activateUser']) await person.call(`auth.${method}`, { userId, body: {} })
      await person.call('auth.updateUser', { userId, body: { isSSORequired: false } })
      await person.call('auth.archiveUser', { userId })
      const made = await person.call('auth.createServiceAccount', { body: { name, publicKey: pem(newKey()), daysValid: 30 } })
      const serviceAccountId = made.userInfo.userId
      await person.call('auth.listServiceAccounts')
      await person.call('auth.updateServiceAccount', { serviceAccountId, body: { name: `${name}-2` } })
      for (const verb of ['get', 'deactivate', 'activate', 'archive']) {
        await person.call(`auth.${verb}ServiceAccount`, { serviceAccountId, body: {} })
      }
      const pat = await person.call('auth.createPersonalAccessToken', { body: { name, publicKey: pem(newKey()), daysValid: 30 } })
      const { tokenId } = pat
      await person.call('auth.listPersonalAccessTokens')
      await person.call('auth.updatePersonalAccessToken', { tokenId, body: { name: `${name}-2` } })
      for (const verb of ['get', 'deactivate', 'activate', 'archive']) {
        await person.call(`auth.${verb}PersonalAccessToken`, { tokenId })
      }
      const relyingPartyId = 'localhost'
      const shop = { name, kind: 'ClientSideApplication', relyingPartyId, origin: 'http://localhost:3000' }
      const application = await person.call('auth.createApplication', { body: shop })
      await person.call('auth.listApplications')
      if (application) {
        const { appId } = application
        await person.call('auth.getApplication', { appId })
        await person.call('auth.updateApplication', { appId, body: { name: `${name}-2` } })
        for (const verb of ['deactivate', 'activate', 'archive']) await person.call(`auth.${verb}Application`, { appId })
      }
      const day = 24 * 60 * 60 * 1000
      const now = Date.parse((await admin('GET', '/clock')).now)
      const query = { startTime: new Date(now - day).toISOString(), endTime: new Date(now + day).toISOString() }
      const log = await person.call('auth.listAuditLogs', { query })
      if (log === undefined) return
      assert.match(log, /^id,action,/)
      await person.call('auth.getAuditLog', { id: log.split('\r\n')[1].split(',')[0] })
    },

    async credentials() {
      await person.call('auth.listCredentials')
      const challenge = await person.call('auth.createCredentialChallenge', { body: { kind: 'Key' } })
      const { challengeIdentifier } = challenge
      const kind = { credentialName: name, credentialKind: 'Key' }
      const made = await person.call('auth.createCredential', {
        body: { challengeIdentifier, ...kind, credentialInfo: credential(challenge.challenge, newKey(), `second-${name}`) },
      })
      const { credentialUuid } = made
      await person.call('auth.deactivateCredential', { body: { credentialUuid } })
      await person.call('auth.activateCredential', { body: { credentialUuid } })
      const expiration = new Date(Date.parse((await admin('GET', '/clock')).now) + 50_000).toISOString()
      const code = await person.call('auth.createCredentialCode', { body: { expiration } })
      if (!code) return
      const coded = await nobody.call('auth.createCredentialChallengeWithCode', { body: { code: code.code, credentialKind: 'Key' } })
      const credentialInfo = credential(coded.challenge, newKey(), `third-${name}`)
      await nobody.call('auth.createCredentialWithCode', {
        body: { challengeIdentifier: coded.challengeIdentifier, ...kind, credentialInfo },
      })
    },

    async registrationLoginAndRecovery() {
      const { orgId } = ready
      const username = `end@${name}.test`
      const [first, recovery] = [newKey(), newKey()]
      const [firstId, recoveryId] = [`first-${name}`, `recovery-${name}`]
      const factors = (challenge, [key, id], [spare, spareId]) => ({
        firstFactorCredential: { credentialKind: 'Key', credentialInfo: credential(challenge, key, id) },
        recoveryCredential: {
          credentialKind: 'RecoveryKey',
          credentialInfo: credential(challenge, spare, spareId),
          encryptedPrivateKey: 'sealed',
        },
      })
      const begun = await service.call('auth.createDelegatedRegistrationChallenge', { body: { email: username, kind: 'EndUser' } })
      const registering = calling({ token: begun.temporaryAuthenticationToken })
      const body = { ...factors(begun.challenge, [first, firstId], [recovery, recoveryId]), wallets: [{ network: 'Bitcoin' }] }
      await registering.call('auth.registerEndUser', { body })
      const { token } = await service.call('auth.delegatedLogin', { body: { username } })
      const end = calling({ token, credId: base64url(firstId), privateKey: first.privateKey.export({ type: 'pkcs8', format: 'pem' }) })
      assert.equal((await end.call('wallets.listWallets')).items.length, 1)
      await end.refused(403, 'auth.listUsers')
      const asked = await nobody.call('auth.createLoginChallenge', { body: { username, orgId } })
      const firstFactor = { kind: 'Key', credentialAssertion: assertion(asked.challenge, first, firstId) }
      await nobody.call('auth.login', { body: { challengeIdentifier: asked.challengeIdentifier, firstFactor } })
      await end.call('auth.logout', { body: {} })

      const sent = await nobody.call('auth.sendRecoveryCode', { body: { username, orgId } })
      if (sent) {
        const request = { username, orgId, verificationCode: await mailTo(username), credentialId: base64url(recoveryId) }
        const lost = await nobody.call('auth.createRecoveryChallenge', { body: request })
        const newCredentials = factors(lost.challenge, [newKey(), `new-${name}`], [newKey(), `spare-${name}`])
        const proof = assertion(base64url(JSON.stringify(newCredentials)), recovery, recoveryId)
        const recovering = calling({ token: lost.temporaryAuthenticationToken })
        await recovering.call('auth.recover', { body: { recovery: { kind: 'RecoveryKey', credentialAssertion: proof }, newCredentials } })
      }
      const invited = `invited@${name}.test`
      await person.call('auth.createUser', { body: { email: invited, kind: 'CustomerEmployee' } })
      await nobody.call('auth.resendRegistrationCode', { body: { username: invited, orgId } })
      await nobody.refused(403, 'auth.createRegistrationChallenge', { body: { username: invited, orgId, registrationCode: 'wrong' } })
      await nobody.refused(401, 'auth.socialLogin', { body: { idToken: 'none', socialLoginProviderKind: 'Oidc' } })
    },

    async theRest() {
      await person.call('agreements.getLatestUnacceptedAgreement', { query: { agreementType: 'UniswapTermsOfService' } })
      await service.call('networks.getFees', { query: { network: 'EthereumSepolia' } })
      await service.call('networks.listCantonValidators', { network: 'canton-testnet' })
      const sponsor = await service.call('wallets.createWallet', { body: { network: 'PolygonAmoy' } })
      const sponsoring = await service.call('feeSponsors.createFeeSponsor', { body: { walletId: sponsor.id } })
      if (sponsoring) {
        const feeSponsorId = sponsoring.id
        await service.call('feeSponsors.listFeeSponsors')
        for (const verb of ['get', 'deactivate', 'activate', 'delete']) await service.call(`feeSponsors.${verb}FeeSponsor`, { feeSponsorId })
      }
      const wallet = await service.call('wallets.createWallet', { body: { network: 'EthereumHoodi' } })
      await admin('POST', '/faucet', { walletId: wallet.id, amount: '90000000000000000000' })
      const amount = '32000000000000000000'
      const body = { protocol: 'Ethereum', walletId: wallet.id, provider: 'Figment', amount, externalId: name }
      const stake = await service.call('staking.createStake', { body })
      if (stake) {
        assert.deepEqual(await service.call('staking.createStake', { body }), stake, 'with its actions')
        const stakeId = stake.id
        await service.call('staking.listStakes')
        for (const method of ['getStakes', 'getStakeRewards', 'listStakeActions']) await service.call(`staking.${method}`, { stakeId })
      }
      const configuration = { publicApiKey: name, privateApiKey: 'a2V5' }
      const exchange = await person.call('exchanges.createExchange', {
        body: { kind: 'Kraken', name, readConfiguration: configuration, writeConfiguration: configuration },
      })
      if (exchange) {
        const exchangeId = exchange.id
        await person.call('exchanges.listExchanges')
        await person.call('exchanges.getExchange', { exchangeId })
        const accounts = await person.call('exchanges.listAccounts', { exchangeId })
        await person.call('exchanges.listAccountAssets', { exchangeId, accountId: accounts.items[0].id })
        await person.call('exchanges.deleteExchange', { exchangeId })
      }
      const stranger = calling({ token: 'no token', credId: ready.credentialId, privateKey: ready.privateKey })
      await stranger.refused(401, 'wallets.listWallets')
      await stranger.refused(401, 'wallets.createWallet', { body: { network: 'Bitcoin' } })
    },
  }
  for (const [step, play] of Object.entries(steps)) {
    await play().catch((error) => {
      throw new Error(`${name}, ${step}: ${error.httpStatus ?? ''} ${error.message}`, { cause: error })
    })
  }
  return called.size
}
