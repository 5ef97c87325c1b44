//! `glue PROGRAM.wasm FOLDER`: the JavaScript around a compiled program, for Node.js.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder] = &arguments[..] else {
        eprintln!("glue PROGRAM.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    let mut glue = Bindgen::new();
    let written = glue
        .input_path(program)
        .nodejs(true)
        .and_then(|glue| glue.typescript(false).generate(folder));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
