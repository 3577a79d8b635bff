using System.Net;
using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Stiefel.Client.Screen;
using Stiefel.CommandLine;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Text;

namespace Stiefel.Client.Unlocking;

/// <summary>Opens the laptop's encrypted disk with the passphrase that the person here types.</summary>
/// <param name="passphrase">The passphrase if it is known; correct once unlocking has succeeded.</param>
/// <param name="person">The person to ask; null if there is no one.</param>
/// <param name="say">Shows the person one line.</param>
internal sealed class LaptopUnlock(LaptopPassphrase passphrase, IPerson? person, Action<string> say)
{
    /// <summary>Returns when the laptop is unlocked; at once if it is not locked.</summary>
    /// <param name="laptop">The session.</param>
    /// <param name="onceDiskIsFreeAsync">Repeats a request while another desktop has the disk; null to ask once.</param>
    /// <param name="token">Cancels the unlocking.</param>
    /// <exception cref="UsageException">There is no one to ask, or the given passphrase was wrong.</exception>
    public async Task RunAsync(BootClient laptop, Func<Func<Task<int?>>, Task<int?>>? onceDiskIsFreeAsync, CancellationToken token)
    {
        passphrase.MayBeHandedOver = false;
        if (laptop.Manifest.Locked is not { } locked)
        {
            return;
        }

        if (!passphrase.IsGiven && !passphrase.IsFor(locked.Uuid, laptop.Endpoint))
        {
            passphrase.Forget(); // it may be a different laptop from last time
        }

        onceDiskIsFreeAsync ??= ask => ask();
        for (int? left = null; ;)
        {
            var bytes = passphrase.Bytes ?? Ask(locked, laptop.Endpoint, left);
            left = await onceDiskIsFreeAsync(() => laptop.UnlockAsync(bytes, token));
            if (left is null)
            {
                passphrase.MayBeHandedOver = locked.MayHandOver;
                return;
            }

            passphrase.Forget();
            say(left == 0 ? "  that was not it either" : $"  that is not it; {left} {(left == 1 ? "try" : "tries")} left");
            if (passphrase.IsGiven || left == 0)
            {
                throw passphrase.IsGiven
                    ? new UsageException($"the passphrase does not open {PrintableText.Of(locked.Device)}")
                    : new ServerException("no passphrase was right; the next attempt begins with a new session");
            }
        }
    }

    private byte[] Ask(LockedBoot locked, IPEndPoint laptop, int? left)
    {
        if (person is null)
        {
            throw new UsageException(
                $"{PrintableText.Of(locked.Device)} of the laptop is locked, and there is no terminal to type its passphrase: run this on a terminal, or use `fetch --passphrase-fd N`");
        }

        byte[] typed;
        do
        {
            typed = person.AskSecret($"Passphrase of the laptop's disk{(left is null ? "" : ", once more")}: ", UnlockAnswer.MaxPassphraseBytes);
        }
        while (typed.Length == 0);
        passphrase.Take(typed, locked.Uuid, laptop);
        return typed;
    }
}
