/** Tells whether the device has a network: once soon, then on every change. */
export function watchNetwork(tell: (online: boolean) => void): void {
  // #ifdef H5
  // uni asks navigator.connection, which says nothing when a browser merely goes offline.
  tell(navigator.onLine)
  addEventListener('online', () => tell(true))
  addEventListener('offline', () => tell(false))
  // #endif
  // #ifndef H5
  uni.getNetworkType({ success: ({ networkType }) => tell(networkType !== 'none') })
  uni.onNetworkStatusChange(({ isConnected }) => tell(isConnected))
  // #endif
}
