using Xunit;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A collection for tests that measure this process; no other test runs at the same time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
