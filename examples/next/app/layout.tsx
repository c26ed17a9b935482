import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "../style/page.css";
import "../style/talk.css";
import "../style/stage.css";
import "../style/panel.css";
import "../style/transcript.css";

export const metadata: Metadata = { title: "Talk to us" };

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f5f0" },
    { media: "(prefers-color-scheme: dark)", color: "#151613" },
  ],
};

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
