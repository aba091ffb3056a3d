// The replies and the person's messages show the portraits that the head of the chat carries.
{
  const draw = () => {
    for (const [name, id] of [["--face", "face"], ["--my-face", "my-face"]]) {
      const picture = document.querySelector(`#who .${id}`)?.getAttribute("src");
      if (picture) byId("stage").style.setProperty(name, `url("${picture}")`);
      else byId("stage").style.removeProperty(name);
    }
  };
  new MutationObserver(draw).observe(byId("who"), { childList: true, subtree: true, attributes: true, attributeFilter: ["src"] });
  draw();
}
