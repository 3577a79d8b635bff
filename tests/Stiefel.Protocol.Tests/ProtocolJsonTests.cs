using System.Text.Json;
using Stiefel.Protocol.Boot;

namespace Stiefel.Protocol.Tests;

public sealed class ProtocolJsonTests
{
    private const string File = """{"size":1,"sha256":"00"}""";

    [Fact]
    public void Manifest_OnlyWhatIsRequired_GetsTheDocumentedDefaults()
    {
        var manifest = Read($$"""{"title":"t","kernel":{{File}},"initrd":{{File}},"commandLine":"","ofALaterVersion":[1]}""");
        Assert.Equal("", manifest.Laptop);
        Assert.Equal("", manifest.KernelRelease);
        Assert.False(manifest.DriversAvailable);
        Assert.Equal(new LinkParameters { Protection = "none", Mtu = 1500, RequestTimeoutSeconds = 5, DeadConnectionSeconds = 600, ExitWaitSeconds = 300 }, manifest.Link);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"title":"t","kernel":null,"initrd":{"size":1,"sha256":"00"},"commandLine":""}""")]
    [InlineData("""{"title":"t","kernel":{"size":1},"initrd":{"size":1,"sha256":"00"},"commandLine":""}""")]
    [InlineData("""{"title":"t","kernel":{"size":"1","sha256":"00"},"initrd":{"size":1,"sha256":"00"},"commandLine":""}""")]
    [InlineData("""{"title":"t","kernel":{"size":1,"sha256":"00"},"initrd":{"size":1,"sha256":"00"}}""")]
    [InlineData("""{"title":"t","kernel":{"size":1e99,"sha256":"00"},"initrd":{"size":1,"sha256":"00"},"commandLine":""}""")]
    public void Manifest_MissingNullOrMistyped_IsAnError(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void Requests_NullOrMissingMembers_AreErrors()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("{}", ProtocolJson.Default.DriversRequest));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"modaliases":null}""", ProtocolJson.Default.DriversRequest));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("{}", ProtocolJson.Default.ExportRequest));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"name":null,"port":1,"sizeBytes":1,"readOnly":false}""", ProtocolJson.Default.ExportGrant));
    }

    /// <summary>A laptop or desktop of before large packets names none.</summary>
    [Theory]
    [InlineData("{}", LinkInternet.No)]
    [InlineData("""{"internet":"auto"}""", LinkInternet.Auto)]
    [InlineData("""{"internet":"yes"}""", LinkInternet.Yes)]
    [InlineData("""{"internet":"on-sundays"}""", LinkInternet.No)]
    public void Internet_FromAnOlderOrNewerLaptop_IsNo(string json, LinkInternet internet) =>
        Assert.Equal(internet, JsonSerializer.Deserialize("""{"title":"","kernel":{"size":1,"sha256":""},"initrd":{"size":1,"sha256":""},"commandLine":"","link":""" + json + "}", ProtocolJson.Default.BootManifest)!.Link.KnownInternet);

    [Fact]
    public void LargestMtu_FromAnOlderPeer_IsNone()
    {
        Assert.Null(JsonSerializer.Deserialize("""{"takeOver":true,"tunnelKey":"k"}""", ProtocolJson.Default.ExportRequest)!.LargestMtu);
        var grant = JsonSerializer.Deserialize("""{"name":"s-a","port":10809,"sizeBytes":512,"readOnly":false,"tunnel":{"key":"k","port":61571}}""", ProtocolJson.Default.ExportGrant)!;
        Assert.Equal(new TunnelGrant("k", 61571), grant.Tunnel);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"takeOver":true,"largestMtu":"9000"}""", ProtocolJson.Default.ExportRequest));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"manifest":{}, "triesLeft":1}""")]
    [InlineData("""{"triesLeft":"1"}""")]
    public void UnlockAnswer_MissingOrMistyped_IsAnError(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ProtocolJson.Default.UnlockAnswer));

    [Fact]
    public void Manifest_LockedWithoutAllOfIt_IsAnError()
    {
        const string Start = $$"""{"title":"","kernel":{{File}},"initrd":{{File}},"commandLine":"" """;
        Assert.Equal("u", Read(Start + ""","locked":{"device":"d","label":"","uuid":"u","mayHandOver":false}}""").Locked!.Uuid);
        Assert.Throws<JsonException>(() => Read(Start + ""","locked":{"device":"d","label":"","mayHandOver":false}}"""));
        Assert.Null(Read(Start + "}").Locked);
    }

    [Fact]
    public void Manifest_Menu_IsReadAndMustBeWhole()
    {
        const string Start = $$"""{"title":"","kernel":{{File}},"initrd":{{File}},"commandLine":"" """;
        var menu = Read(Start + ""","menu":{"chosen":"a","seconds":3,"entries":[{"id":"a","title":"t","kernelRelease":"6.1"}]}}""").Menu!;
        Assert.Equal(("a", 3, new EntryChoice("a", "t", "6.1")), (menu.Chosen, menu.Seconds, menu.Entries[0]));
        Assert.Null(Read(Start + "}").Menu);
        Assert.Throws<JsonException>(() => Read(Start + ""","menu":{"chosen":"a","seconds":3}}"""));
        Assert.DoesNotContain("menu", JsonSerializer.Serialize(Read(Start + "}"), ProtocolJson.Default.BootManifest), StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_Written_HaveTheDocumentedNames()
    {
        Assert.Equal("""{"modaliases":["pci:v1"]}""", JsonSerializer.Serialize(new DriversRequest(["pci:v1"]), ProtocolJson.Default.DriversRequest));
        Assert.Equal("""{"takeOver":true}""", JsonSerializer.Serialize(new ExportRequest(true), ProtocolJson.Default.ExportRequest));
        Assert.Equal("""{"name":"s-a","port":10809,"sizeBytes":512,"readOnly":true}""", JsonSerializer.Serialize(new ExportGrant("s-a", 10809, 512, true), ProtocolJson.Default.ExportGrant));
        Assert.Equal("""{"takeOver":false,"tunnelKey":"k","largestMtu":9194}""", JsonSerializer.Serialize(new ExportRequest(false, "k", LargestMtu: 9194), ProtocolJson.Default.ExportRequest));
        Assert.Equal("""{"key":"k","port":61571}""", JsonSerializer.Serialize(new TunnelGrant("k", 61571), ProtocolJson.Default.TunnelGrant));
        Assert.Equal("""{"key":"k","port":61571,"largestMtu":9000}""", JsonSerializer.Serialize(new TunnelGrant("k", 61571, 9000), ProtocolJson.Default.TunnelGrant));
        Assert.Equal("""{"code":"disk-in-use","message":"m"}""", JsonSerializer.Serialize(new Refusal(RefusalCodes.DiskInUse, "m"), ProtocolJson.Default.Refusal));
        Assert.Equal("""{"id":"0123456789abcdef"}""", JsonSerializer.Serialize(new EntryRequest("0123456789abcdef"), ProtocolJson.Default.EntryRequest));
        Assert.Equal("""{"triesLeft":2}""", JsonSerializer.Serialize(new UnlockAnswer { TriesLeft = 2 }, ProtocolJson.Default.UnlockAnswer));
        Assert.Contains(
            ""","locked":{"device":"vg/boot","label":"l","uuid":"u","mayHandOver":true}}""",
            JsonSerializer.Serialize(BootManifest.ForLocked(new LockedBoot("vg/boot", "l", "u", MayHandOver: true), "wren", new LinkParameters()), ProtocolJson.Default.BootManifest), StringComparison.Ordinal);
        Assert.Equal("""{"what":"stiefel","protocol":[1],"needs":[]}""", JsonSerializer.Serialize(new ServerGreeting("stiefel", [1], []), ProtocolJson.Default.ServerGreeting));
    }

    private static BootManifest Read(string json) => JsonSerializer.Deserialize(json, ProtocolJson.Default.BootManifest)!;
}
