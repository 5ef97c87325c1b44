// The adapters of the API's makers that turn a wallet into an account of viem and a signer of ethers 5, unpatched, with the
// client that they were released with.

import ethersjs5 from '@dfns/lib-ethersjs5'
import libViem from '@dfns/lib-viem'
import sdk from '@dfns/sdk'
import keysigner from '@dfns/sdk-keysigner'
import { Transaction, verifyMessage, verifyTypedData } from 'ethers'
import { recoverMessageAddress, recoverTypedDataAddress } from 'viem'
import { toAccount } from 'viem/accounts'
import { assert, createWallet, digest, ready, toHex } from '../support.mjs'

const { DfnsApiClient } = sdk
const signer = new keysigner.AsymmetricKeySigner({
  credId: ready.credentialId,
  privateKey: ready.privateKey,
  appOrigin: ready.url,
})
const dfnsClient = new DfnsApiClient({
  appId: 'ap-00000-00000-0000000000000000',
  authToken: ready.authToken,
  baseUrl: ready.url,
  signer,
})

const wallet = await createWallet('EthereumSepolia')
const bound = { walletId: wallet.id, dfnsClient }
const ofViem = toAccount(await libViem.DfnsWallet.init(bound))
const ofEthers = await ethersjs5.DfnsWallet.init(bound)
const address = ofViem.address

const domain = { name: 'Mail', version: '1', chainId: 11155111, verifyingContract: address }
const types = {
  Mail: [
    { name: 'to', type: 'address' },
    { name: 'proof', type: 'bytes32' },
    { name: 'weight', type: 'uint256' },
  ],
}
const message = { to: address, proof: toHex(digest), weight: 7n }
const to = '0x2222222222222222222222222222222222222222'

export const checks = {
  async address() {
    assert.equal(address.toLowerCase(), wallet.address)
    assert.equal(await ofEthers.getAddress(), address)
  },

  async 'viem: message'() {
    const signature = await ofViem.signMessage({ message: 'Ich bin es – 我' })
    assert.equal(await recoverMessageAddress({ message: 'Ich bin es – 我', signature }), address)
  },

  async 'viem: typed data'() {
    const typed = { domain, types, primaryType: 'Mail', message }
    assert.equal(await recoverTypedDataAddress({ ...typed, signature: await ofViem.signTypedData(typed) }), address)
  },

  async 'viem: transaction'() {
    const unsigned = {
      chainId: 11155111,
      type: 'eip1559',
      to,
      value: 5n,
      nonce: 3,
      gas: 21000n,
      maxFeePerGas: 9n,
      maxPriorityFeePerGas: 1n,
    }
    const signed = Transaction.from(await ofViem.signTransaction(unsigned))
    assert.equal(signed.from, address)
    assert.deepEqual([signed.to, signed.nonce, signed.value], [to, 3, 5n])
  },

  async 'ethers: message'() {
    assert.equal(verifyMessage('Ich bin es – 我', await ofEthers.signMessage('Ich bin es – 我')), address)
  },

  async 'ethers: typed data'() {
    const values = { ...message, weight: '7' }
    assert.equal(verifyTypedData(domain, types, message, await ofEthers._signTypedData(domain, types, values)), address)
  },

  async 'ethers: transactions'() {
    const common = { from: address, to, nonce: 3, gasLimit: 21000, value: 5, chainId: 11155111 }
    for (const fees of [
      { gasPrice: 9 },
      { type: 1, gasPrice: 9, accessList: [] },
      { type: 2, maxFeePerGas: 9, maxPriorityFeePerGas: 1 },
    ]) {
      const signed = Transaction.from(await ofEthers.signTransaction({ ...common, ...fees }))
      assert.equal(signed.from, address)
      assert.deepEqual([signed.to, signed.nonce, signed.value], [to, 3, 5n])
    }
  },
}
