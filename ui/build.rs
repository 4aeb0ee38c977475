//! Compiles the pages.
fn main() {
    let config = slint_build::CompilerConfiguration::new().with_debug_info(true);
    slint_build::compile_with_config("main.slint", config).expect("the pages compile");
}
