// The official TypeScript client plays a scenario against the emulator whose ready line stands in EMULATOR.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { DfnsApiClient, DfnsError } from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'
import { admin, employee, passBlocks, ready, session } from './support.mjs'

const client = (authToken, credId, privateKey) =>
  new DfnsApiClient({
    baseUrl: ready.url,
    authToken,
    signer: new AsymmetricKeySigner({ credId, privateKey }),
  })

const dfns = client(ready.authToken, ready.credentialId, ready.privateKey)
const person = client(session.token, employee.credentialId, employee.privateKey)

const refusal = async (call, status) => {
  const error = await call.then(() => assert.fail('it was not refused'), (error) => error)
  assert.ok(error instanceof DfnsError, `${error}`)
  assert.equal(error.httpStatus, status)
  return error
}

const steps = {
  async wallets() {
    const made = []
    for (const name of ['one', 'two', 'three']) {
      made.push(await dfns.wallets.createWallet({ body: { network: 'EthereumSepolia', name, tags: ['ts'] } }))
    }
    assert.deepEqual(await dfns.wallets.getWallet({ walletId: made[0].id }), made[0])
    const renamed = await dfns.wallets.updateWallet({ walletId: made[0].id, body: { name: 'uno' } })
    assert.equal(renamed.name, 'uno')
    await dfns.wallets.tagWallet({ walletId: made[0].id, body: { tags: ['more'] } })
    await dfns.wallets.untagWallet({ walletId: made[0].id, body: { tags: ['ts'] } })
    assert.deepEqual((await dfns.wallets.getWallet({ walletId: made[0].id })).tags, ['more'])
    const listed = []
    let paginationToken
    do {
      const page = await dfns.wallets.listWallets({ query: { limit: '2', paginationToken } })
      assert.ok(page.items.length <= 2)
      listed.push(...page.items.map((wallet) => wallet.id))
      paginationToken = page.nextPageToken
    } while (paginationToken)
    assert.deepEqual(listed, made.map((wallet) => wallet.id).reverse())
  },

  async keysAndSignatures() {
    const key = await dfns.keys.createKey({ body: { scheme: 'EdDSA', curve: 'ed25519', name: 'signing' } })
    assert.equal((await dfns.keys.getKey({ keyId: key.id })).publicKey, key.publicKey)
    assert.ok((await dfns.keys.listKeys()).items.some((listed) => listed.id === key.id))
    const message = Buffer.from('signed by the emulator')
    const signature = await dfns.keys.generateSignature({
      keyId: key.id,
      body: { kind: 'Message', message: '0x' + message.toString('hex') },
    })
    assert.equal(signature.status, 'Signed')
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key.publicKey, 'hex')])
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const bytes = Buffer.from(signature.signature.encoded.slice(2), 'hex')
    assert.ok(verify(null, message, publicKey, bytes), 'the signature verifies')
    const listed = await dfns.keys.listSignatures({ keyId: key.id })
    assert.equal(listed.items[0].id, signature.id)
  },

  async transfers() {
    const [from, to] = [
      await dfns.wallets.createWallet({ body: { network: 'Solana' } }),
      await dfns.wallets.createWallet({ body: { network: 'Solana' } }),
    ]
    await admin('POST', '/faucet', { walletId: from.id, amount: '1000000000' })
    const body = { kind: 'Native', to: to.address, amount: '1000', externalId: 'payment-1' }
    const sent = await dfns.wallets.transferAsset({ walletId: from.id, body })
    const again = await dfns.wallets.transferAsset({ walletId: from.id, body })
    assert.equal(again.id, sent.id, 'the same external id moves money once')
    await refusal(dfns.wallets.transferAsset({ walletId: from.id, body: { ...body, amount: '1' } }), 409)
    await passBlocks()
    const confirmed = await dfns.wallets.getTransfer({ walletId: from.id, transferId: sent.id })
    assert.equal(confirmed.status, 'Confirmed')
    assert.equal((await dfns.wallets.listTransfers({ walletId: from.id })).items.length, 1)
    const { assets } = await dfns.wallets.getWalletAssets({ walletId: to.id })
    assert.equal(assets[0].balance, '1000')
    const kind = ['NativeTransfer', 'Spl2022Transfer']
    assert.equal((await dfns.wallets.getWalletHistory({ walletId: to.id, query: { kind } })).items[0].direction, 'In')
    const call = await dfns.wallets.createWallet({ body: { network: 'EthereumSepolia' } })
    await admin('POST', '/faucet', { walletId: call.id, amount: '1000000000000000000' })
    const transaction = await dfns.wallets.broadcastTransaction({
      walletId: call.id,
      body: { kind: 'Eip1559', to: call.address, value: '1' },
    })
    await passBlocks()
    const done = await dfns.wallets.getTransaction({ walletId: call.id, transactionId: transaction.id })
    assert.equal(done.status, 'Confirmed')
  },

  async policyWithApproval() {
    const [from, to] = [
      await dfns.wallets.createWallet({ body: { network: 'EthereumSepolia' } }),
      await dfns.wallets.createWallet({ body: { network: 'EthereumSepolia' } }),
    ]
    await admin('POST', '/faucet', { walletId: from.id, amount: '1000000000000000000' })
    const policy = await person.policies.createPolicy({
      body: {
        name: 'ask first',
        activityKind: 'Wallets:Sign',
        rule: { kind: 'AlwaysTrigger', configuration: {} },
        action: {
          kind: 'RequestApproval',
          approvalGroups: [{ name: 'all', quorum: 1, approvers: { userId: { in: [employee.userId] } } }],
        },
        filters: { walletId: { in: [from.id] } },
      },
    })
    assert.equal(policy.status, 'Active')
    assert.equal((await person.policies.getPolicy({ policyId: policy.id })).id, policy.id)
    const body = { kind: 'Native', to: to.address, amount: '5' }
    const held = await dfns.wallets.transferAsset({ walletId: from.id, body })
    assert.equal(held.status, 'Pending')
    const pending = await person.policies.listApprovals({ query: { status: 'Pending' } })
    assert.deepEqual(pending.items.map((approval) => approval.id), [held.approvalId])
    const decided = await person.policies.createApprovalDecision({
      approvalId: held.approvalId,
      body: { value: 'Approved', reason: 'looks right' },
    })
    assert.equal(decided.status, 'Approved')
    await passBlocks()
    const sent = await dfns.wallets.getTransfer({ walletId: from.id, transferId: held.id })
    assert.equal(sent.status, 'Confirmed')
    const second = await dfns.wallets.transferAsset({ walletId: from.id, body })
    await person.policies.createApprovalDecision({ approvalId: second.approvalId, body: { value: 'Denied' } })
    const rejected = await dfns.wallets.getTransfer({ walletId: from.id, transferId: second.id })
    assert.equal(rejected.status, 'Rejected')
    await person.policies.archivePolicy({ policyId: policy.id })
    assert.equal((await person.policies.getPolicy({ policyId: policy.id })).status, 'Archived')
  },

  async permissions() {
    const body = { name: 'readers', operations: ['Wallets:Read'] }
    const permission = await person.permissions.createPermission({ body })
    assert.deepEqual((await person.permissions.getPermission({ permissionId: permission.id })).operations, ['Wallets:Read'])
    const user = await person.auth.createUser({ body: { email: 'reader@example.com', kind: 'CustomerEmployee' } })
    const assignment = await person.permissions.createAssignment({
      permissionId: permission.id,
      body: { identityId: user.userId },
    })
    const listed = await person.permissions.listAssignments({ permissionId: permission.id })
    assert.ok(listed.items.some((item) => item.id === assignment.id))
    await person.permissions.deleteAssignment({ permissionId: permission.id, assignmentId: assignment.id })
    assert.equal((await person.permissions.listAssignments({ permissionId: permission.id })).items.length, 0)
  },

  async webhooks() {
    const received = []
    const listener = createServer(async (request, response) => {
      const chunks = []
      for await (const chunk of request) chunks.push(chunk)
      received.push({ body: Buffer.concat(chunks), signature: request.headers['x-dfns-webhook-signature'] })
      listener.emit('event')
      response.writeHead(200).end()
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    try {
      const url = `http://127.0.0.1:${listener.address().port}/hook`
      const webhook = await person.webhooks.createWebhook({ body: { url, events: ['wallet.created'], status: 'Enabled' } })
      assert.ok(webhook.secret.startsWith('whs-'))
      assert.equal((await person.webhooks.getWebhook({ webhookId: webhook.id })).url, url)
      assert.equal((await person.webhooks.pingWebhook({ webhookId: webhook.id })).status, '200')
      const before = received.length
      const arrived = once(listener, 'event')
      const wallet = await dfns.wallets.createWallet({ body: { network: 'Bitcoin', name: 'watched – ü' } })
      if (received.length === before) await arrived
      const event = received.at(-1)
      // As the documentation has it: over the body as JavaScript writes it again.
      const text = JSON.stringify(JSON.parse(event.body))
      const expected = 'sha256=' + createHmac('sha256', webhook.secret).update(text).digest('hex')
      assert.equal(event.signature, expected)
      assert.equal(JSON.parse(event.body).data.wallet.id, wallet.id)
      // The attempt is written down after its answer; this waits until it is.
      await admin('POST', '/webhooks/flush')
      const events = await person.webhooks.listWebhookEvents({ webhookId: webhook.id })
      assert.equal(events.items[0].kind, 'wallet.created')
      assert.deepEqual(await person.webhooks.deleteWebhook({ webhookId: webhook.id }), { deleted: true })
    } finally {
      listener.close()
    }
  },

  async users() {
    const users = await person.auth.listUsers()
    assert.ok(users.items.some((user) => user.userId === employee.userId))
    const made = await person.auth.createUser({ body: { email: 'colleague@example.com', kind: 'CustomerEmployee' } })
    assert.equal((await person.auth.getUser({ userId: made.userId })).username, 'colleague@example.com')
    assert.equal((await person.auth.deactivateUser({ userId: made.userId })).isActive, false)
    const accounts = await person.auth.listServiceAccounts()
    assert.equal(accounts.items.length, 1)
  },

  async errors() {
    const unknown = await refusal(dfns.wallets.getWallet({ walletId: 'wa-00000-00000-00000000000000' }), 404)
    assert.equal(unknown.message, 'wallet not found')
    await refusal(dfns.wallets.createWallet({ body: { network: 'Atlantis' } }), 400)
    const stranger = new DfnsApiClient({ baseUrl: ready.url, authToken: 'not-a-token' })
    await refusal(stranger.wallets.listWallets(), 401)
    const other = client(ready.authToken, employee.credentialId, employee.privateKey)
    // This client itself finds that the challenge does not allow the credential, and gives that the status -1.
    await refusal(other.wallets.createWallet({ body: { network: 'Bitcoin' } }), -1)
  },
}

for (const [name, step] of Object.entries(steps)) {
  try {
    await step()
  } catch (error) {
    console.error(`  ${name}: ${error.httpStatus ?? ''} ${error.stack}`)
    process.exit(1)
  }
  console.log(`  ${name}`)
}
