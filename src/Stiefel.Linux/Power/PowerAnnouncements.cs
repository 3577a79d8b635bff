using Stiefel.Linux.Devices;
using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Power;

/// <summary>The kernel's announcements of adapters and batteries that change. Some machines send two a second and others none, so they are a hint to look and no more.</summary>
public sealed class PowerAnnouncements : IDisposable
{
    private const string Subsystem = "power_supply";

    // The listening thread looks this often whether it shall end; announcements arrive at once.
    private static readonly TimeSpan s_endCheck = TimeSpan.FromSeconds(1);

    private readonly UeventListener _listener;
    private readonly Action _changed;
    private volatile bool _isOver;

    private PowerAnnouncements(UeventListener listener, Action changed) => (_listener, _changed) = (listener, changed);

    /// <summary>From now on each one makes a call, on a thread of its own.</summary>
    /// <exception cref="LinuxException">This process may not listen.</exception>
    public static PowerAnnouncements Listen(Action changed)
    {
        var announcements = new PowerAnnouncements(UeventListener.Open(), changed);
        new Thread(announcements.Run) { IsBackground = true, Name = "power events" }.Start();
        return announcements;
    }

    public void Dispose() => _isOver = true;

    internal static bool IsOfPower(Uevent? uevent) => uevent?.Subsystem == Subsystem;

    private void Run()
    {
        using (_listener)
        {
            try
            {
                while (!_isOver)
                {
                    if (IsOfPower(_listener.Next(s_endCheck)))
                    {
                        _changed();
                    }
                }
            }
            catch (LinuxException)
            {
                // The listener also looks from time to time.
            }
        }
    }
}
