use dfns::types::{Hex, KeyCurve, KeyScheme, SignatureBody};

let key = dfns.keys().create(KeyScheme::EdDSA, KeyCurve::Ed25519).name("documents").await?;
// An `Outcome`, since a policy can hold it back; `done()` for whoever has no policies.
let message = SignatureBody::from(SignatureBody::message(Hex::from_bytes("hello")));
let signature = dfns.signatures().create(&key.id, message).await?.done()?;
println!("{}: {:?}", signature.id, signature.status);
