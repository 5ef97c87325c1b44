//! Which story proves which operation, read from the documentation of the tests: `/// Covers: createWallet, getWallet.`
//!
//! Invariant: only a test can cover something, and only what the specification has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

use super::facts::text;
use super::{Error, Facts};

/// The folder of the stories.
const FOLDER: &str = "tests/tests";
/// What a line begins with that lists operations.
const COVERS: &str = "Covers:";

/// The stories that there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stories {
    /// Names by the id of the operation that they cover.
    of: BTreeMap<String, Vec<String>>,
    /// The names of all tests, whatever they cover.
    all: BTreeSet<String>,
}

impl Stories {
    /// Reads the stories in the repository `root`; none if it has no such folder.
    ///
    /// # Errors
    /// [`Error`] if a file cannot be read or is no Rust, or something that is no test claims to cover operations.
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let mut stories = Self::default();
        for path in files(root)? {
            let name = path.display().to_string();
            let source = super::read(root, &name)?;
            stories.add(&name, &source)?;
        }
        Ok(stories)
    }

    /// Adds the stories of one file.
    ///
    /// # Errors
    /// As [`Stories::read`].
    pub(crate) fn add(&mut self, path: &str, source: &str) -> Result<(), Error> {
        let parsed = syn::parse_file(source).map_err(|error| Error::pass("stories", format!("{path}: {error}")))?;
        let mut claims = Claims {
            modules: modules(path),
            found: Vec::new(),
        };
        claims.visit_file(&parsed);
        for claim in claims.found {
            if claim.is_test {
                self.all.insert(claim.name.clone());
            } else if claim.operations.is_empty() {
                continue;
            } else {
                let problem = format!("{path}: `{}` says what it covers, but is no test", claim.name);
                return Err(Error::pass("stories", problem));
            }
            for operation in claim.operations {
                self.of.entry(operation).or_default().push(claim.name.clone());
            }
        }
        Ok(())
    }

    /// The stories of an operation, as cells of a table.
    pub(crate) fn of(&self, operation: &str) -> Vec<String> {
        let names = self.of.get(operation).map_or(&[][..], Vec::as_slice);
        names.iter().map(|name| format!("`{name}`")).collect()
    }

    /// True if there is a test of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// No story covers what the specification does not have.
    ///
    /// # Errors
    /// [`Error::Pass`] with the story and the unknown operation.
    pub(crate) fn sound(&self, facts: &Facts) -> Result<(), Error> {
        for (id, names) in &self.of {
            if !facts.operations.iter().any(|operation| operation.id == *id) {
                let problem = format!("{names:?} cover `{id}`, which is no operation of the specification");
                return Err(Error::pass("stories", problem));
            }
        }
        Ok(())
    }
}

/// Every Rust file below the folder of the stories, sorted.
fn files(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(FOLDER)];
    while let Some(folder) = open.pop() {
        let entries = match std::fs::read_dir(root.join(&folder)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|source| unreadable(&folder, source))?,
        };
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&folder, source))?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(|source| unreadable(&path, source))?;
            if kind.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Source {
        path: path.display().to_string(),
        source,
    }
}

/// `["stories", "wallets"]` from `tests/tests/stories/wallets.rs`; a `main.rs` or `mod.rs` is its folder.
fn modules(path: &str) -> Vec<String> {
    let inner = path
        .strip_prefix(FOLDER)
        .unwrap_or(path)
        .trim_start_matches('/')
        .trim_end_matches(".rs");
    let mut modules: Vec<String> = inner.split('/').map(str::to_owned).collect();
    modules.pop_if(|last| last == "main" || last == "mod");
    modules
}

/// One function, and what it says that it covers.
struct Claim {
    name: String,
    is_test: bool,
    operations: Vec<String>,
}

struct Claims {
    modules: Vec<String>,
    found: Vec<Claim>,
}

impl<'ast> Visit<'ast> for Claims {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.found.push(Claim {
            name: format!("{}::{}", self.modules.join("::"), function.sig.ident),
            is_test: function.attrs.iter().any(is_test),
            operations: function.attrs.iter().flat_map(covered).collect(),
        });
        visit::visit_item_fn(self, function);
    }
}

/// `#[test]`, `#[tokio::test]`.
fn is_test(attribute: &syn::Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "test")
}

/// The operations that one line of documentation lists.
fn covered(attribute: &syn::Attribute) -> Vec<String> {
    let syn::Meta::NameValue(line) = &attribute.meta else {
        return Vec::new();
    };
    let syn::Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(words),
        ..
    }) = &line.value
    else {
        return Vec::new();
    };
    let words = text(&words.value().into());
    let list = if line.path.is_ident("doc") {
        words.strip_prefix(COVERS)
    } else {
        None
    };
    let ids = list
        .unwrap_or_default()
        .split(',')
        .map(|id| id.trim().trim_end_matches('.').to_owned());
    ids.filter(|id| !id.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stories(source: &str) -> Result<Stories, Error> {
        let mut stories = Stories::default();
        stories.add("tests/tests/stories/money.rs", source).map(|()| stories)
    }

    #[test]
    fn a_test_covers_what_it_says() {
        let stories = stories(
            "/// A story.\n///\n/// Covers: createWallet, getWallet.\n/// Covers: listWallets.\n#[tokio::test]\nasync fn money_moves() {}",
        )
        .expect("stories");
        for id in ["createWallet", "getWallet", "listWallets"] {
            assert_eq!(stories.of(id), ["`stories::money::money_moves`"], "{id}");
        }
        assert!(stories.of("deleteKey").is_empty());
        assert!(stories.has("stories::money::money_moves") && !stories.has("stories::money::moves"));
    }

    #[test]
    fn a_function_that_is_no_test_covers_nothing() {
        let error = stories("/// Covers: createWallet.\nfn helper() {}")
            .expect_err("no test")
            .to_string();
        assert!(error.contains("`stories::money::helper`"), "{error}");
    }

    #[test]
    fn a_story_of_an_unknown_operation_is_refused() {
        let stories = stories("/// Covers: createNothing.\n#[test]\nfn nothing() {}").expect("stories");
        let error = stories.sound(&Facts::default()).expect_err("unknown").to_string();
        assert!(error.contains("createNothing") && error.contains("nothing"), "{error}");
    }

    #[test]
    fn the_door_of_a_folder_has_the_name_of_the_folder() {
        assert_eq!(modules("tests/tests/stories/main.rs"), ["stories"]);
        assert_eq!(modules("tests/tests/surface.rs"), ["surface"]);
    }
}
