// Holds what the emulator made for a chain against the libraries that the chain's own users have: one line for each check,
// and the end at the first that fails.
//
//     node check.mjs                     # every chain
//     node check.mjs ethereum solana     # those named

import { readdirSync } from 'node:fs'

const known = readdirSync(new URL('chains', import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ''))
  .sort()
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length) {
  console.error(`unknown: ${unknown.join(', ')}; expected of ${known.join(', ')}`)
  process.exit(2)
}

let count = 0
for (const chain of wanted) {
  let check = 'wallets'
  try {
    const { checks } = await import(`./chains/${chain}.mjs`)
    for (const [name, run] of Object.entries(checks)) {
      check = name
      await run()
      console.log(`${chain}: ${check} …ok`)
      count += 1
    }
  } catch (error) {
    console.error(`${chain}: ${check} …FAILED\n${error.stack}`)
    process.exit(1)
  }
}
console.log(`${count} checks of ${wanted.length} chains`)
// Some libraries keep a connection or a timer open that nobody asked for.
process.exit(0)
