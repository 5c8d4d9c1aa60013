export { type ChainPlace, chainStoreContract } from "./chain-store-contract.ts";
export { replayMarksContract } from "./replay-marks-contract.ts";
export { signerContract } from "./signer-contract.ts";
