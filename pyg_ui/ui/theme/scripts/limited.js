// The server has told this page to slow down. `early.js` waits and asks again; until then this says so.
{
  let timer = 0;
  document.addEventListener("page:limited", ({ detail: waitS }) => {
    let told = byId("limited");
    if (!told) {
      told = document.createElement("p");
      told.id = "limited";
      told.role = "status";
      byId("composer").append(told);
    }
    told.textContent = words().too_fast;
    clearTimeout(timer);
    timer = setTimeout(() => { told.textContent = ""; }, waitS * 1000 + 500);
  });
}
