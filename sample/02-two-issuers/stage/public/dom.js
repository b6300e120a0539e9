/** Makes an element. Text is always text: nothing that came over the network is read as HTML. */
export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter((child) => child !== undefined && child !== ''));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}
