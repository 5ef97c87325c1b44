// What every scenario needs: the emulator whose ready line stands in EMULATOR, its admin interface, and who may call.

import assert from 'node:assert/strict'

export const ready = JSON.parse(process.env.EMULATOR)

export const admin = async (method, path, body) => {
  const answer = await fetch(ready.admin + path, { method, body: body && JSON.stringify(body) })
  assert.equal(answer.status, 200, `${method} ${path}: ${await answer.clone().text()}`)
  return answer.json()
}

export const passBlocks = () => admin('POST', '/clock/advance', { seconds: 1 })

export const employee = await admin('GET', '/employee')
export const session = await admin('POST', '/sessions', { orgId: ready.orgId, userId: employee.userId })
