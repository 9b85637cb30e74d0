/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

interface ImportMetaEnv {
  /** Address of the server for app and mini-program builds, `https://chat.example.com` or `https://example.com/chat`. H5 uses where its page came from. */
  readonly VITE_SERVER_URL?: string
}
