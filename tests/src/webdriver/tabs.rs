//! Several tabs of one profile.

use thirtyfour::WindowHandle;

use super::Browser;
use super::failure::Failure;

/// A tab of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// The tab that is driven now.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn tab(&self) -> Result<Tab, Failure> {
        self.session()?.window().await.map(Tab).map_err(Failure::refused("say which tab it is in"))
    }

    /// Opens a tab and goes to it: it is looked at, all others are not.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn new_tab(&self) -> Result<Tab, Failure> {
        let session = self.session()?;
        let handle = session.new_tab().await.map_err(Failure::refused("open a tab"))?;
        let tab = Tab(handle);
        self.switch(&tab).await?;
        Ok(tab)
    }

    /// Goes to a tab, so that it is looked at.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn switch(&self, tab: &Tab) -> Result<(), Failure> {
        self.session()?.switch_to_window(tab.0.clone()).await.map_err(Failure::refused("switch tabs"))
    }

    /// Closes the tab that is driven now; go to another one next.
    ///
    /// # Errors
    /// [`Failure::Refused`].
    pub async fn close_tab(&self) -> Result<(), Failure> {
        self.session()?.close_window().await.map_err(Failure::refused("close a tab"))
    }
}
