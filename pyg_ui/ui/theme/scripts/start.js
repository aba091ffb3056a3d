// Where there is a keyboard, one can write at once.
if (!isNarrow.matches) document.querySelector("#message textarea")?.focus();
