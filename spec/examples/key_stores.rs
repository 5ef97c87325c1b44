use dfns::types::KeyStoreOutput;

for store in dfns.key_stores().list().await?.items {
    println!("{} {:?}", store.id, store.kind);
    // What offline signers are to sign: carry it to them, and hand in what they give back with the file beside it.
    let input = dfns.key_stores().onchain_sign_input(&store.id).await?;
    println!("{input:?}");
    let output: KeyStoreOutput = serde_json::from_slice(&std::fs::read("output.json")?)?;
    dfns.key_stores().onchain_sign_output(&store.id, output, std::fs::read("output.zip")?).await?;
}
