//! Calls as contracts read them, and what they give back.

use super::*;

fn parameter(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind })
}

fn function(name: &str, inputs: &[Value], outputs: &[Value]) -> Function {
    let abi = json!({
        "type": "function", "name": name, "stateMutability": "view", "inputs": inputs, "outputs": outputs,
    });
    Function::new(&serde_json::from_value(abi).unwrap()).unwrap()
}

/// What becomes of one argument called `x`.
fn input(kind: &str, value: &Value) -> Result<String, Problem> {
    let Value::Object(arguments) = json!({ "x": value }) else {
        panic!("no object")
    };
    function("f", &[parameter("x", kind)], &[]).input(&arguments)
}

fn bytes(words: &[&str]) -> Vec<u8> {
    let words: Vec<String> = words.iter().map(|word| format!("{word:0>64}")).collect();
    words.concat().parse::<Hex>().unwrap().to_bytes()
}

#[test]
fn the_example_of_the_specification_is_met() {
    // `sam("dave", true, [1,2,3])` of the ABI specification.
    let inputs = [
        parameter("name", "bytes"),
        parameter("is", "bool"),
        parameter("numbers", "uint256[]"),
    ];
    let Value::Object(arguments) = json!({ "name": "0x64617665", "is": true, "numbers": [1, 2, "3"] }) else {
        panic!("no object")
    };
    let expected = format!(
        "a5643bf2{:0>64}{:0>64}{:0>64}{:0>64}64617665{}{:0>64}{:0>64}{:0>64}{:0>64}",
        "60",
        "1",
        "a0",
        "4",
        "0".repeat(56),
        "3",
        "1",
        "2",
        "3"
    );
    assert_eq!(function("sam", &inputs, &[]).input(&arguments).unwrap(), expected);
}

#[test]
fn a_function_is_named_by_the_hash_of_its_full_types() {
    let inputs = [parameter("to", "address"), parameter("value", "uint")];
    let Value::Object(arguments) = json!({ "to": "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", "value": "7" }) else {
        panic!("no object")
    };
    let input = function("transfer", &inputs, &[]).input(&arguments).unwrap();
    assert!(input.starts_with("a9059cbb") && input.len() == 8 + 128, "{input}");
}

#[test]
fn an_argument_that_does_not_fit_is_named() {
    let cases = [
        ("uint8", json!(256)),
        ("address", json!("0x1")),
        ("bool", json!("true")),
        ("uint256[2]", json!([1])),
        ("string", json!(1)),
        ("bytes", json!("zz")),
    ];
    for (kind, value) in cases {
        assert_eq!(input(kind, &value).unwrap_err().0, "x", "{kind}");
    }
    assert_eq!(input("bool[]", &json!([true, 7])).unwrap_err().0, "x[1]");
}

#[test]
fn what_is_no_type_is_refused() {
    let deep = format!("bool{}", "[]".repeat(DEEPEST));
    for kind in [
        "uint7", "uint264", "bytes33", "bytes0", "bool[", "bool[0]", "bool[x]", "Thing", "", &deep,
    ] {
        let abi = json!({
            "type": "function", "name": "f", "stateMutability": "view", "inputs": [parameter("x", kind)], "outputs": [],
        });
        assert!(Function::new(&serde_json::from_value(abi).unwrap()).is_err(), "{kind}");
    }
}

#[test]
fn one_value_stands_alone_and_several_by_name_or_in_a_list() {
    let answer = bytes(&["7", &"f".repeat(64)]);
    let output = |outputs: &[Value]| function("f", &[], outputs).output(&answer).unwrap();
    assert_eq!(output(&[parameter("", "uint256")]), json!("7"));
    assert_eq!(
        output(&[parameter("a", "uint256"), parameter("b", "int8")]),
        json!({ "a": "7", "b": "-1" })
    );
    assert_eq!(
        output(&[parameter("a", "uint256"), parameter("", "int8")]),
        json!(["7", "-1"])
    );
}

#[test]
fn what_goes_in_comes_out() {
    let cases = [
        ("string[]", json!(["a", "", "ä".repeat(40)])),
        ("bytes", json!("0x0102")),
        ("bytes4", json!("0x01020304")),
        ("bool[2]", json!([true, false])),
        ("uint256[][2]", json!([["1"], ["2", "3"]])),
        ("address", json!("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")),
        (
            "tuple[]",
            json!([{ "name": "a", "age": "7" }, { "name": "", "age": "0" }]),
        ),
    ];
    for (kind, value) in cases {
        let mut one = parameter("x", kind);
        one["components"] = json!([parameter("name", "string"), parameter("age", "uint64")]);
        let Value::Object(arguments) = json!({ "x": value }) else {
            panic!("no object")
        };
        let same = function("f", &[one.clone()], &[one]);
        let input = same.input(&arguments).unwrap()[8..].parse::<Hex>().unwrap();
        assert_eq!(same.output(&input.to_bytes()).unwrap(), value, "{kind}");
    }
}

#[test]
fn an_answer_that_lies_about_lengths_is_refused() {
    let far = "f".repeat(64);
    for words in [&["20", &far][..], &[&far], &["20"], &["20", "40", "1"], &[]] {
        for kind in ["string", "uint256[]", "bool[4]"] {
            assert_eq!(
                function("f", &[], &[parameter("", kind)]).output(&bytes(words)),
                None,
                "{kind} {words:?}"
            );
        }
    }
}

#[test]
fn a_reason_is_read_from_what_a_contract_gave_back() {
    let text = format!("0x08c379a0{:0>64}{:0>64}{:0<64}", "20", "2", "6e6f");
    assert_eq!(revert_reason(&text).as_deref(), Some("no"));
    assert_eq!(
        revert_reason(&format!("0x4e487b71{:0>64}", "11")).as_deref(),
        Some("panic 17")
    );
    for other in ["0x", "0x12345678", "0x08c379a0ff", "ä"] {
        assert_eq!(revert_reason(other), None, "{other}");
    }
}

#[test]
fn a_symbol_is_a_string_or_32_bytes() {
    assert_eq!(
        decode_text(&bytes(&["20", "3", &format!("{:0<64}", "544b4e")])).as_deref(),
        Some("TKN")
    );
    assert_eq!(
        decode_text(&bytes(&[&format!("{:0<64}", "4d4b52")])).as_deref(),
        Some("MKR")
    );
    assert_eq!(decode_text(&[]), None);
}
