namespace Stiefel.Linux.Network;

/// <summary>
/// IPv6 duplicate-address detection holds a fresh address back for about a second and forbids sending from it meanwhile
/// (RFC 4862 §5.4). On a cable between two machines it costs a second and protects nothing.
/// </summary>
public static class DuplicateAddressDetection
{
    /// <summary>For every interface that appears from now on.</summary>
    public static void DisableByDefault(string sysctlRoot = "/proc/sys")
    {
        // The kernel honours detection if either conf/all or the interface's own setting asks for it.
        Write(sysctlRoot, "all");
        Write(sysctlRoot, "default");
    }

    /// <summary>For one interface, before it is set up. It is no error if it has just vanished.</summary>
    public static void Disable(string interfaceName, string sysctlRoot = "/proc/sys") => Write(sysctlRoot, interfaceName);

    private static void Write(string sysctlRoot, string name)
    {
        try
        {
            File.WriteAllText($"{sysctlRoot}/net/ipv6/conf/{name}/accept_dad", "0");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No IPv6, no such interface any more, or /proc/sys is read-only: detection then only costs its second.
        }
    }
}
