using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Stiefel.Linux.Interop.LinuxEthtool;

namespace Stiefel.Linux.Network;

/// <summary>Makes a card listen for the magic packet while its machine is off or asleep (man 8 ethtool, wol).</summary>
public static class WakeOnLan
{
    /// <summary>Arms a card; other wake-up events stay as they are.</summary>
    /// <returns>True if this call armed the card; false if it was armed already or cannot be.</returns>
    /// <exception cref="LinuxException">The card supports it, but its driver refuses.</exception>
    public static unsafe bool Arm(string name)
    {
        using var socket = SysSocket.socket(SysSocket.AF_INET, SysSocket.SOCK_DGRAM | SysSocket.SOCK_CLOEXEC, 0);
        var request = new ifreq();
        var bytes = Encoding.UTF8.GetBytes(name);
        if (socket.IsInvalid || bytes.Length >= 16)
        {
            return false;
        }

        bytes.CopyTo(new Span<byte>(request.ifr_name, 16));
        var setting = new ethtool_wolinfo { cmd = ETHTOOL_GWOL };
        request.ifr_data = &setting;
        if (ioctl(socket, SIOCETHTOOL, &request) != 0 || (setting.supported & WAKE_MAGIC) == 0 || (setting.wolopts & WAKE_MAGIC) != 0)
        {
            return false;
        }

        setting.cmd = ETHTOOL_SWOL;
        setting.wolopts |= WAKE_MAGIC;
        return ioctl(socket, SIOCETHTOOL, &request) == 0 ? true : throw LinuxException.FromLastError($"ioctl({name}, ETHTOOL_SWOL, WAKE_MAGIC)");
    }
}
