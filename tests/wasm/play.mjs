// Loads the compiled program as a page would, and has it play against the emulator.
import { createRequire } from 'node:module'

const [program] = process.argv.slice(2)
const { play } = createRequire(import.meta.url)(program)
const { url, authToken, credentialId, privateKey } = JSON.parse(process.env.EMULATOR)

console.log(await play(url, authToken, credentialId, privateKey))
