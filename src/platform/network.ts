/** Tells whether the device has a network: once soon, then on every change. */
export function watchNetwork(tell: (online: boolean) => void): void {
  uni.getNetworkType({ success: ({ networkType }) => tell(networkType !== 'none') })
  uni.onNetworkStatusChange(({ isConnected }) => tell(isConnected))
}
