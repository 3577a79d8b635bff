using System.Text.Json;

namespace Stiefel.EndToEnd.Native;

/// <summary>The published server gives a card the address that its settings name, also when the card comes back as another interface.</summary>
public sealed class StaticAddressTests : IDisposable
{
    private const string Card = "02:00:00:00:00:77";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Scratch _scratch = new();
    private readonly Namespaces _spaces = new();

    public void Dispose()
    {
        _spaces.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Card_OfTheSettings_HasItsAddressAlsoWhenReplugged()
    {
        PlugIn();
        using var server = Serve($"{Card}=192.168.77.1/24,{Card}=fd77::1/64,02:00:00:00:00:78=192.168.78.1/24");
        server.WaitForLine("card0 has the address 192.168.77.1/24, as set", s_limit);
        server.WaitForLine("card0 has the address fd77::1/64, as set", s_limit);

        NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "link", "del", "card0");
        PlugIn();

        Assert.True(SpinWait.SpinUntil(() => Addresses() == "192.168.77.1/24 fd77::1/64", s_limit * TimeLimit.Scale), Addresses());
        Assert.DoesNotContain("192.168.78.1", server.Output, StringComparison.Ordinal);
    }

    /// <summary>Each cable has a DHCP server; only the card without an address of the settings asks.</summary>
    [Fact]
    public void Card_OfTheSettings_BorrowsNoOtherAddress()
    {
        using var one = ForeignDhcp.Start(_spaces.Desktop, "192.168.77");
        using var other = ForeignDhcp.Start(_spaces.Router, "192.168.79");
        using var json = JsonDocument.Parse(NativeProcess.Run(0, "ip", "-j", "-n", _spaces.Laptop, "link", "show", "dev", "cable0"));
        using var server = Serve($"{json.RootElement[0].GetProperty("address")}=192.168.77.9/24", "--Network:DhcpClient", "on");

        server.WaitForLine("wan0 has the address 192.168.79.", s_limit);
        other.WaitForLine("DHCPACK(far)", s_limit);
        Assert.Equal("192.168.77.9/24", Addresses("cable0"));
        Assert.DoesNotContain("DHCPDISCOVER", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_AddressWithoutACard_DoesNotStartAndSaysWhy()
    {
        using var server = Start("192.168.77.1/24");
        Assert.NotEqual(0, server.WaitForExit(s_limit));
        Assert.Contains("Network:Addresses = '192.168.77.1/24'", server.Output, StringComparison.Ordinal);
        Assert.Contains("expected a list of a card's address, = and an address with its prefix length", server.Output, StringComparison.Ordinal);
    }

    private NativeProcess Serve(string addresses, params string[] settings)
    {
        var server = Start(addresses, settings);
        server.WaitForLine("stiefel: phase serving", s_limit);
        return server;
    }

    private NativeProcess Start(string addresses, params string[] settings)
    {
        _scratch.RandomFile("disk.img", 1 << 20);
        return Namespaces.Start(
            _spaces.Laptop,
        [
            NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Nbd:Access", "open", "--Nbd:ExportName", "x", "--Nbd:Listen", "127.0.0.1:0",
            "--State:Directory", _scratch["state"], "--State:Keeper", "none", "--Network:Addresses", addresses, .. settings,
        ]);
    }

    private void PlugIn()
    {
        NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "link", "add", "card0", "address", Card, "type", "veth", "peer", "name", "card1");
        Array.ForEach((string[])["card0", "card1"], end => NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "link", "set", end, "up"));
    }

    private string Addresses(string card = "card0")
    {
        using var json = JsonDocument.Parse(NativeProcess.Run(0, "ip", "-j", "-n", _spaces.Laptop, "address", "show", "dev", card));
        return string.Join(' ', json.RootElement[0].GetProperty("addr_info").EnumerateArray()
            .Where(address => address.GetProperty("scope").GetString() == "global").Select(address => $"{address.GetProperty("local")}/{address.GetProperty("prefixlen")}"));
    }
}
