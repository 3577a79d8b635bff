using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Browsers;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Http;

namespace Stiefel.Server.Screen;

/// <summary>
/// Lets a browser elsewhere look at the laptop: shows a code on its screen when somebody there presses a key, and asks whether the browser that used it may
/// also act. What allows it is another key than those that answer other questions, so that none is taken for it.
/// </summary>
public sealed class BrowserDialogue(ServerOptions options, OneTimeCode code, BrowserTable browsers, ListenAddresses listeners, EventJournal journal, KeyCertificates? certificates = null)
{
    /// <summary>The hint among the keys, shown where a browser could reach the laptop.</summary>
    internal const string Key = "  [c] code";

    private const byte Allow = (byte)'a';

    /// <summary>The rows that replace all others while a code is shown; null if none is.</summary>
    internal IReadOnlyList<string>? Picture(NetworkStatus network) =>
        code.Shown is { } shown && AddressIn(network) is { } address && Fingerprint is { } fingerprint ? CodePicture.Of(address, shown.Code, shown.Left, fingerprint) : null;

    /// <summary>The two rows of a question about a browser; null if there is none to ask.</summary>
    internal (string Who, string Question)? Question => browsers.Asking is { } browser
        ? ($"A browser at {browser.Address}, which shows {browser.Check}, signed in by the code.", "May it act, too?  [a] it may act  [any other key] it may look only")
        : null;

    /// <summary>True if a browser elsewhere could reach this laptop.</summary>
    internal bool IsPossible(NetworkStatus network) => AddressIn(network) is not null && Fingerprint is not null;

    /// <summary>Handles a key.</summary>
    /// <param name="key">The key's byte.</param>
    /// <param name="network">The interfaces.</param>
    /// <returns>False if the key means nothing here.</returns>
    internal bool Press(byte key, NetworkStatus network)
    {
        if (code.Shown is not null)
        {
            code.Withdraw();
            return true;
        }

        if (browsers.Asking is { } browser)
        {
            var mayAct = key == Allow;
            if (browsers.Answer(browser, mayAct))
            {
                journal.Add(EventTopics.Server, "browser", $"the browser at {browser.Address} may {(mayAct ? "act" : "look only")}, as somebody at the laptop's keyboard says");
            }

            return true;
        }

        if ((char)key is not ('c' or 'C') || !IsPossible(network))
        {
            return false;
        }

        code.Show();
        return true;
    }

    // The screen is drawn before the control plane listens.
    private string? AddressIn(NetworkStatus network) => RoutableAddress.Of(network, options.AdminListen) is { } address && listeners.BoundPortOf(Plane.Admin) is { } port
        ? new IPEndPoint(address, port).ToString()
        : null;

    // A browser that connects by address gets the first key's certificate.
    private string? Fingerprint => certificates?.For("")?.TargetCertificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
}
