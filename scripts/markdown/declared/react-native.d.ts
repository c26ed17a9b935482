// react-native, as far as the docs use it.
import type { ReactNode } from "react";

export declare function Button(props: { title: string; onPress?: () => void }): ReactNode;
