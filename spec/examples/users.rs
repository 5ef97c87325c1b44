use dfns::types::NewUserKind;

let user = dfns.users().create("eve@example.test", NewUserKind::CustomerEmployee).await?;
println!("{} can register now", user.user_id);

let mut users = dfns.users().list().page_size(100).stream();
while let Some(user) = users.try_next().await? {
    println!("{} {}", user.user_id, user.username);
}
