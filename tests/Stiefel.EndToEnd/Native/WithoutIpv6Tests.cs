namespace Stiefel.EndToEnd.Native;

/// <summary>
/// The published client on a desktop without IPv6 (of .NET's, by its own switch; the kernel's cannot be switched off in a name space: `SearchTests` does that in
/// a machine). It gives itself an IPv4 link-local address, and reaches the laptop by it.
/// </summary>
public sealed class WithoutIpv6Tests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Scratch _scratch = new();
    private readonly Namespaces _spaces = new();

    public void Dispose()
    {
        _spaces.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Client_WithoutIpv6_FindsTheLaptopByALinkLocalAddressOfItsOwn()
    {
        NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "address", "add", "169.254.9.9/16", "dev", "cable0");
        var file = _scratch.RandomFile("kernel", 1000);
        _scratch.RandomFile("disk.img", 1 << 20);
        _scratch.KeyDirectory("keys", "stick");
        using var laptop = Namespaces.Start(
            _spaces.Laptop, NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Keys:Directory", _scratch["keys"], "--State:Directory", _scratch["state"],
            "--State:Keeper", "none", "--Link:Protection", "none", "--Boot:Kernel", file, "--Boot:Initrd", file, "--Boot:CommandLine", "x");
        laptop.WaitForLine("stiefel: phase serving", s_limit);

        using var desktop = Namespaces.Start(
            _spaces.Desktop, "env", "DOTNET_SYSTEM_NET_DISABLEIPV6=1", NativeProcess.Binary("stiefel-client"), "boot", "--until-loading", "--once",
            "--attach", NativeProcess.Binary("stiefel-attach"), "--key", _scratch["keys/stick.key"]);

        Assert.Contains("far has the address 169.254.", desktop.WaitForLine("has the address", s_limit), StringComparison.Ordinal);
        Assert.Contains("169.254.9.9:4644 by far", desktop.WaitForLine("stiefel: phase found", s_limit) + desktop.WaitForLine("by far", s_limit), StringComparison.Ordinal);
        desktop.WaitForLine("stiefel: phase initrd", s_limit);
    }
}
