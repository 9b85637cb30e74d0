import { say } from '@/components/a11y'

/** A line that goes by itself, seen and heard. */
export function toast(title: string): void {
  void uni.showToast({ title, icon: 'none' })
  say(title)
}
