using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Stiefel.EndToEnd.LongestFirst))]

namespace Stiefel.EndToEnd;

/// <summary>Starts classes whose tests take minutes first, so that none of them runs alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long =
    [
        "AutokexecBootTests", "UefiDracutTests", "FileSystemTests", "AccidentTests", "OutageTests", "FedoraLayoutTests", "NetworkManagerTests", "EncryptedBootTests", "TwoDesktopsTests", "SecureBootTests", "TunnelTests", "WrappedBootTests", "CreateInitrdTests", "LaptopResetTests",
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName))];

    // A name reads "Test collection for Stiefel.EndToEnd.Machines.TunnelTests (id: …)".
    private static int PlaceOf(string name)
    {
        var place = Array.FindIndex(s_long, known => name.Contains('.' + known + ' ', StringComparison.Ordinal));
        return place < 0 ? s_long.Length : place;
    }
}
