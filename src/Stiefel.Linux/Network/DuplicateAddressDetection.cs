namespace Stiefel.Linux.Network;

/// <summary>
/// Switches off IPv6 duplicate-address detection, which keeps a new address from being used for about a second
/// (RFC 4862 §5.4). On a cable between two machines it protects nothing.
/// </summary>
public static class DuplicateAddressDetection
{
    /// <summary>Switches it off for every interface that appears from now on.</summary>
    public static void DisableByDefault(string sysctlRoot = "/proc/sys")
    {
        // Detection runs if either conf/all or the interface's own setting asks for it.
        Write(sysctlRoot, "all");
        Write(sysctlRoot, "default");
    }

    /// <summary>Switches it off for one interface, before that is set up. It is not an error if the interface has vanished.</summary>
    public static void Disable(string interfaceName, string sysctlRoot = "/proc/sys") => Write(sysctlRoot, interfaceName);

    private static void Write(string sysctlRoot, string name)
    {
        try
        {
            File.WriteAllText($"{sysctlRoot}/net/ipv6/conf/{name}/accept_dad", "0");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is no IPv6 or no such interface, or /proc/sys is read-only: detection then only costs a second.
        }
    }
}
