// The portal: a web application that is a client of the public API like any other.

import { render } from 'preact';
import { App } from './app.tsx';
import './portal.css';

const root = document.getElementById('portal');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
