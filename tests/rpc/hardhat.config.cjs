// A chain of its own number, to show that transactions are signed for the chain that the node is, not for the name that it has.
module.exports = { networks: { hardhat: { chainId: 31337 } } }
