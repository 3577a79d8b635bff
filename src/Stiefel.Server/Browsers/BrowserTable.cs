using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Server.Browsers;

/// <summary>The browsers that signed in by the code on the screen. Each may only look until the person at the laptop allows more. They are kept in memory only. Thread-safe.</summary>
public sealed class BrowserTable(TimeProvider time)
{
    /// <summary>Largest number of browsers at a time; one more signs the oldest out.</summary>
    public const int Most = 4;

    /// <summary>A browser that sends no request for this long has to sign in again.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>Every browser has to sign in again after this time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly List<SignedInBrowser> _browsers = [];
    private SignedInBrowser? _asking;

    /// <summary>The browser that the person at the laptop is asked about: the latest one, until the question is answered or as much time has passed as a code lives.</summary>
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

    /// <summary>Signs a browser in, which may only look.</summary>
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

    /// <summary>Finds the browser with this token; null if there is none. All tokens are compared in constant time.</summary>
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

    /// <summary>Records the person's answer about a browser; false if the question is no longer open.</summary>
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
