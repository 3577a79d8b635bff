using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Server.Browsers;

/// <summary>The code on the laptop's screen, by which one browser signs in: once, within two minutes, as long as it is shown. Thread-safe.</summary>
public sealed class OneTimeCode(TimeProvider time)
{
    /// <summary>Length of a code. Its 16 letters out of 32 are 80 bits, against at most <see cref="Strangers.StrangerBudget.PerSecond"/> guesses a second.</summary>
    public const int Length = 16;

    // Digits and letters that are not easily confused.
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Lifetime of a code.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private string? _code;
    private long _shownAt;

    /// <summary>The code that is shown, and its remaining lifetime; null if there is none.</summary>
    public (string Code, TimeSpan Left)? Shown
    {
        get
        {
            lock (_lock)
            {
                return Left is { } left ? (_code!, left) : null;
            }
        }
    }

    private TimeSpan? Left => _code is not null && Life - time.GetElapsedTime(_shownAt) is var left && left > TimeSpan.Zero ? left : null;

    /// <summary>Makes a new code, which replaces the previous one.</summary>
    public void Show()
    {
        lock (_lock)
        {
            (_code, _shownAt) = (RandomNumberGenerator.GetString(Letters, Length), time.GetTimestamp());
        }
    }

    /// <summary>Withdraws the code that is shown.</summary>
    public void Withdraw()
    {
        lock (_lock)
        {
            _code = null;
        }
    }

    /// <summary>Compares a presented code in constant time. The right code is used up when this returns.</summary>
    public bool TryUse(string presented)
    {
        ArgumentNullException.ThrowIfNull(presented);
        lock (_lock)
        {
            Span<byte> bytes = stackalloc byte[Length];
            if (Left is null || presented.Length != Length || !Encoding.ASCII.TryGetBytes(presented, bytes, out _)
                || !CryptographicOperations.FixedTimeEquals(bytes, Encoding.ASCII.GetBytes(_code!)))
            {
                return false;
            }

            _code = null;
            return true;
        }
    }
}
