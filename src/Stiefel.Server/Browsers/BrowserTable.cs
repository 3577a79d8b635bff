using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Server.Browsers;

/// <summary>The browsers that signed in by the code on the screen. Each may look until somebody at the laptop lets it do more. Nothing of it outlives the server. Thread-safe.</summary>
public sealed class BrowserTable(TimeProvider time)
{
    /// <summary>The most at a time; for one more the first leaves.</summary>
    public const int Most = 4;

    /// <summary>A browser that asks for nothing for so long has to sign in again.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>And so has any browser after this time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly List<SignedInBrowser> _browsers = [];
    private SignedInBrowser? _asking;

    /// <summary>The browser that the person at the laptop is asked about: the latest, until it is answered, and as long as a code lives.</summary>
    public SignedInBrowser? Asking
    {
        get
        {
            lock (_lock)
            {
                return _asking is not null && IsHere(_asking) && time.GetElapsedTime(_asking.SignedInAt) < OneTimeCode.Life ? _asking : null;
            }
        }
    }

    /// <summary>A browser that may look from now on.</summary>
    public SignedInBrowser Add(IPAddress address)
    {
        lock (_lock)
        {
            _browsers.RemoveAll(browser => !IsHere(browser));
            if (_browsers.Count == Most)
            {
                _browsers.RemoveAt(0);
            }

            _asking = new SignedInBrowser(address, time.GetTimestamp());
            _browsers.Add(_asking);
            return _asking;
        }
    }

    /// <summary>The browser whose token this is; all tokens are compared in constant time.</summary>
    public SignedInBrowser? Find(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Span<byte> presented = stackalloc byte[SignedInBrowser.TokenLength];
        if (token.Length != presented.Length || !Encoding.ASCII.TryGetBytes(token, presented, out _))
        {
            return null;
        }

        lock (_lock)
        {
            SignedInBrowser? found = null;
            foreach (var browser in _browsers)
            {
                found = CryptographicOperations.FixedTimeEquals(presented, Encoding.ASCII.GetBytes(browser.Token)) ? browser : found;
            }

            if (found is null || !IsHere(found))
            {
                return null;
            }

            found.AskedAt = time.GetTimestamp();
            return found;
        }
    }

    /// <summary>The person's answer about a browser; false if it is asked about no more.</summary>
    public bool Answer(SignedInBrowser browser, bool mayAct)
    {
        ArgumentNullException.ThrowIfNull(browser);
        lock (_lock)
        {
            if (Asking != browser)
            {
                return false;
            }

            _asking = null;
            browser.MayAct = mayAct;
            return true;
        }
    }

    /// <summary>True until it signs out or is away for too long.</summary>
    public bool IsSignedIn(SignedInBrowser browser)
    {
        ArgumentNullException.ThrowIfNull(browser);
        lock (_lock)
        {
            return IsHere(browser);
        }
    }

    /// <summary>Signs a browser out.</summary>
    public void Remove(SignedInBrowser browser)
    {
        lock (_lock)
        {
            _browsers.Remove(browser);
        }
    }

    private bool IsHere(SignedInBrowser browser) =>
        _browsers.Contains(browser) && time.GetElapsedTime(browser.AskedAt) < Idle && time.GetElapsedTime(browser.SignedInAt) < Longest;
}
